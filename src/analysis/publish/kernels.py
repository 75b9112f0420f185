"""Who runs a notebook's code, and who stops it when the run stops?

Kernels are forked from one warm process that has imported what the notebooks import; where a system cannot fork they
start afresh, with the same bytes as result.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import forkserver
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.provisioning import LocalProvisioner

LAUNCHER = "ipykernel_launcher"
ONE_AT_A_TIME = Lock()


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel, this interpreter's, whatever is installed for the user or on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", LAUNCHER, "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


class _Forked:
    """A kernel forked from the warm process, with the face of ``subprocess.Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, argv: Sequence[str], env: dict[str, str], cwd: str):
        self._process = multiprocessing.get_context("forkserver").Process(target=_serve, args=(argv, env, cwd))
        self._process.start()
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.pid is not None and self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _serve(argv: Sequence[str], env: dict[str, str], cwd: str) -> None:
    """Be, in a forked process, what ``python -m ipykernel_launcher`` is in a new one."""
    os.setsid()  # Ctrl-C at the terminal is for the run, which then ends its kernels
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    Thread(target=_end_with_the_run, args=(Path(argv[argv.index("-f") + 1]).parent,), daemon=True).start()
    time.tzset()  # the server was forked before, perhaps under another zone
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    sys.argv = [LAUNCHER, *argv]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


def _end_with_the_run(sockets: Path) -> None:
    """End this kernel, and what it started, once the run is gone without having ended it (as by ``kill -9``).

    The kernel's own watch would look at the warm process, which in turn lives as long as any of its kernels.
    """
    run = multiprocessing.parent_process()
    if run is not None:
        run.join()
        shutil.rmtree(sockets, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)


class _Provisioner(LocalProvisioner):
    """Starts one kernel, warm or plain, and enters it in the run's list."""

    kernels: Kernels
    process: Any

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        if self.kernels.warm:
            try:
                self.process = _Forked(cmd[cmd.index(LAUNCHER) + 1 :], kwargs["env"], kwargs["cwd"])
            except (EOFError, ConnectionError):  # ended by an import that fails; in a plain kernel a cell says so
                self.kernels.warm = False
        if self.kernels.warm:
            self.pid, connection = self.process.pid, self.connection_info
        else:
            silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            connection = await super().launch_kernel(cmd, **kwargs, **silent)
        self.kernels.enter(self.process)
        return connection


class Kernels:
    """The kernels of one run: how they are made (``manager``), and that none outlives the run.

    ``preload`` names the modules that the warm process imports before it forks; without any, kernels are plain.
    """

    def __init__(self, env: dict[str, str], cwd: Path, preload: Sequence[str] = ()):
        self.env, self.cwd = env, cwd
        self.warm = bool(preload) and "forkserver" in multiprocessing.get_all_start_methods()
        self.started: list[Any] = []
        self._stopped = False
        self._sockets: Path | None = None
        if self.warm:
            forkserver.set_forkserver_preload(["ipykernel.kernelapp", *preload])
            forkserver.ensure_running()

    def __enter__(self) -> Kernels:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def enter(self, process: Any) -> None:
        """Note a kernel that was just started; after ``stop`` it is ended at once, and with it what waits for it."""
        self.started.append(process)
        if self._stopped:
            self.stop()

    def stop(self) -> None:
        """End every kernel of the run that still runs, and any that starts hereafter; no other process is touched."""
        self._stopped = True
        for process in [one for one in self.started if one.poll() is None]:
            process.kill()
            process.wait()

    def manager(self, name: str) -> type[AsyncKernelManager]:
        """Return the kernel manager class for the notebook ``name``, with sockets of its own."""
        with ONE_AT_A_TIME:
            # a short path, as a socket's name holds 107 bytes
            self._sockets = self._sockets or Path(tempfile.mkdtemp(prefix="q"))
        kernels, place = self, self._sockets / name

        class Provisioner(_Provisioner):
            pass

        Provisioner.kernels = kernels

        class Manager(AsyncKernelManager):
            """Starts the kernel of one notebook in the run's surroundings."""

            def __init__(self, **kwargs: Any):
                ours = {"transport": "ipc", "ip": str(place), "connection_file": f"{place}.json"}
                super().__init__(**kwargs, **ours, kernel_spec_manager=_ThisInterpreter())

            async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
                self.kernel_id = name
                self.provisioner = Provisioner(kernel_id=name, kernel_spec=self.kernel_spec, parent=self)
                return await super()._async_pre_start_kernel(env=kernels.env, cwd=str(kernels.cwd), **kwargs)

        return Manager

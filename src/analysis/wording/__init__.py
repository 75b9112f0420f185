"""In which words does a reader meet our codes, numbers and sentences?"""

from analysis.wording.catalogue import LANGUAGES, translations
from analysis.wording.prose import blocks
from analysis.wording.sentences import Wording

__all__ = ["LANGUAGES", "Wording", "blocks", "translations"]

# Fit lmer(y ~ factor(cell) + (1 | d)) to a table of ratings; print seconds, peak megabytes, tau^2, and write the effects.
# Rscript lme4_insteval.R ratings.csv effects.csv
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
ratings <- read.csv(arguments[1])
ratings$cell <- factor(ratings$cell)
ratings$d <- factor(ratings$d)
invisible(gc(reset = TRUE))
elapsed <- system.time(fit <- lmer(y ~ cell + (1 | d), data = ratings))[["elapsed"]]
spread <- as.data.frame(VarCorr(fit))$vcov
peak <- sum(gc()[, 6])
cat(sprintf("%.6f %.1f %.10f %.10f\n", elapsed, peak, spread[1], spread[2]))
effects <- ranef(fit)$d
write.csv(data.frame(d = rownames(effects), effect = effects[[1]]), arguments[2], row.names = FALSE)

# Runs qic() on every case of a folder: cases.csv has one row per call, <id>.csv holds its data, <id>.out.csv gets the
# result or <id>.err.txt the refusal. Called by qicharts2_live.py.
suppressPackageStartupMessages(library(qicharts2))

folder <- commandArgs(trailingOnly = TRUE)[1]
cases <- read.csv(file.path(folder, "cases.csv"), colClasses = "character", na.strings = NULL)
numbers <- function(text) if (text == "") NULL else as.numeric(strsplit(text, ";")[[1]])
columns <- c(x = "x", part = "part", baseline = "baseline", include = "include", y = "y", cl = "cl", lcl = "lcl",
             ucl = "ucl", lcl.95 = "lcl_95", ucl.95 = "ucl_95", target = "target", n.useful = "n_useful",
             runs.signal = "runs_signal", longest.run = "longest_run", longest.run.max = "longest_run_max",
             n.crossings = "n_crossings", n.crossings.min = "n_crossings_min", sigma.signal = "sigma_signal")

for (row in seq_len(nrow(cases))) {
  case <- cases[row, ]
  d <- read.csv(file.path(folder, paste0(case$id, ".csv")))
  options(qic.screenedmr = case$screened == "true")
  arguments <- list(quote(x), quote(y), data = quote(d), chart = case$chart, method = case$method,
                    agg.fun = case$aggregate, multiply = as.numeric(case$multiply), y.neg = case$y_neg == "true",
                    return.data = TRUE)
  if ("n" %in% names(d)) arguments$n <- quote(n)
  for (name in c("freeze", "part", "exclude", "cl", "target")) {
    value <- numbers(case[[name]])
    if (!is.null(value)) arguments[[name]] <- value
  }
  result <- tryCatch(suppressMessages(suppressWarnings(do.call(qic, arguments))), error = function(e) conditionMessage(e))
  if (is.character(result)) {
    writeLines(result, file.path(folder, paste0(case$id, ".err.txt")))
    next
  }
  out <- result[names(columns)]
  names(out) <- columns
  for (name in names(out)) if (is.logical(out[[name]])) out[[name]] <- tolower(as.character(out[[name]]))
  for (name in names(out)) if (is.numeric(out[[name]])) out[[name]] <- ifelse(is.nan(out[[name]]), NA, out[[name]])
  out[] <- lapply(out, function(v) if (is.double(v)) format(v, digits = 17, trim = TRUE) else v)
  out[] <- lapply(out, function(v) { v[v == "NA"] <- NA; v })
  write.csv(out, file.path(folder, paste0(case$id, ".out.csv")), row.names = FALSE, na = "")
}

#pragma once

#include "base/log.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

namespace salon::testing {

/// Puts aside what goes to standard error.
class captured_stderr {
public:
  captured_stderr() : file_(std::tmpfile()), kept_(dup(STDERR_FILENO)) {
    std::fflush(stderr);
    dup2(fileno(file_), STDERR_FILENO);
  }

  captured_stderr(const captured_stderr&) = delete;
  captured_stderr& operator=(const captured_stderr&) = delete;

  ~captured_stderr() {
    std::fflush(stderr);
    dup2(kept_, STDERR_FILENO);
    close(kept_);
    std::fclose(file_);
  }

  std::vector<std::string> lines() {
    std::fflush(stderr);
    std::rewind(file_);
    std::vector<std::string> result(1);
    for (int c; (c = std::fgetc(file_)) != EOF;) {
      if (c == '\n')
        result.emplace_back();
      else
        result.back() += static_cast<char>(c);
    }
    result.pop_back();
    return result;
  }

private:
  std::FILE* file_;
  int kept_;
};

/// Logs in one way for a test, then not at all, as the other tests like it.
struct logging {
  logging(log::level lowest, log::format shape) {
    log::configure(lowest, shape);
  }

  ~logging() {
    log::configure(log::level::off, log::format::text);
  }
};

} // namespace salon::testing

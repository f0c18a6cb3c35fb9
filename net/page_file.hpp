#pragma once

#include "net/response.hpp"

#include <span>
#include <string_view>

namespace salon {

/// One file of the chat page, as it was made ready when the server was built.
struct page_file {
  std::string_view path; ///< As it is asked for: `/` is the page itself.
  std::string_view content_type;
  std::string_view plain;
  std::string_view gzip;  ///< The same, compressed; empty where that saves nothing.
  bool is_hashed = false; ///< Its path names its content, so it may be kept for ever.
};

/// All files of a page. What they stand in lives as long as the program.
using page_files = std::span<const page_file>;

/// The file at `path`, or null.
const page_file* find_file(page_files files, std::string_view path);

/// Whether a client takes gzip (RFC 9110, 12.5.3).
/// @param accept_encoding  The header's value; empty if there is none.
bool accepts_gzip(std::string_view accept_encoding);

/// Answers with `file`: compressed for who takes that, kept by browsers if its path is hashed, and
/// under a policy by which the page loads nothing from elsewhere and runs nothing but its files.
response answer_with(const page_file& file, std::string_view accept_encoding);

} // namespace salon

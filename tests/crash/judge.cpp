// salon_judge FILE RECOVERED KEPT: judges a file of records (client/records.hpp). Says what is
// wrong, and ends with 1 if anything is. RECOVERED and KEPT are the server's promise.
#include "client/checker.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr std::size_t complaints_shown = 20;

std::vector<salon::record> read_records(const std::string& path) {
  std::ifstream file{path};
  std::vector<salon::record> found;
  for (std::string line; std::getline(file, line);) {
    auto read = salon::read_record(line);
    if (!read)
      throw std::runtime_error{"no record: " + line};
    found.push_back(std::move(*read));
  }
  if (found.empty())
    throw std::runtime_error{path + ": no records"};
  return found;
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 4)
      throw std::runtime_error{"usage: salon_judge FILE RECOVERED KEPT"};
    auto records = read_records(argv[1]);
    auto wrong = salon::check(records, {std::stoul(argv[2]), std::stoul(argv[3])});
    for (std::size_t i = 0; i < std::min(wrong.size(), complaints_shown); ++i)
      std::cout << wrong[i] << '\n';
    std::cout << records.size() << " records, " << wrong.size() << " complaints\n";
    return wrong.empty() ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "salon_judge: " << e.what() << '\n';
    return 2;
  }
}

#pragma once

#include "actors/cluster_files.hpp"
#include "tests/support/scratch_file.hpp"

#include <string>

namespace salon::testing {

/// What a certificate of a test is like.
struct certificate_wishes {
  int days_from_now = 1; ///< It is good for, from a week ago on.
  std::string uses = "serverAuth,clientAuth";
  bool passphrase = false; ///< The key is protected by one.
};

/// A CA of its own and a certificate by it, in a folder that goes with this object.
class certificates {
public:
  explicit certificates(const certificate_wishes& wishes = {});

  cluster_files files() const;

private:
  scratch_file beside_{"", "beside"};
};

} // namespace salon::testing

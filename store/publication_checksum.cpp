#include "store/publication_checksum.hpp"

#include <boost/crc.hpp>

#include <array>

namespace salon {

namespace {

// Each text counts with its length: bytes that moved from one column to its neighbour are found as
// well.
class row_checksum {
public:
  void add(std::uint64_t number) {
    std::array<unsigned char, 8> bytes{};
    for (auto& byte : bytes) {
      byte = static_cast<unsigned char>(number & 0xffu);
      number >>= 8u;
    }
    sum_.process_bytes(bytes.data(), bytes.size());
  }

  void add(std::string_view text) {
    add(text.size());
    sum_.process_bytes(text.data(), text.size());
  }

  std::int64_t value() const {
    return sum_.checksum();
  }

private:
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> sum_;
};

} // namespace

std::int64_t checksum_of(std::int64_t room, const publication& pub, std::string_view tags) {
  row_checksum sum;
  sum.add(static_cast<std::uint64_t>(room));
  sum.add(pub.offset);
  sum.add(static_cast<std::uint64_t>(pub.time));
  sum.add(static_cast<std::uint64_t>(pub.kind));
  sum.add(std::uint64_t{pub.flags});
  sum.add(static_cast<std::uint64_t>(pub.type));
  sum.add(pub.refers_to);
  sum.add(std::uint64_t{pub.info ? 1u : 0u});
  if (pub.info) {
    const auto& client = pub.info->client.bytes;
    sum.add(pub.info->user);
    sum.add(std::string_view{reinterpret_cast<const char*>(client.data()), client.size()});
    sum.add(pub.info->conn_info);
    sum.add(pub.info->chan_info);
  }
  sum.add(tags);
  sum.add(pub.key);
  sum.add(pub.data);
  return sum.value();
}

std::int64_t checksum_of(std::string_view room) {
  row_checksum sum;
  sum.add(room);
  return sum.value();
}

} // namespace salon

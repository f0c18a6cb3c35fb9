#include "store/postgres_publication.hpp"

#include "store/publication_checksum.hpp"
#include "store/stored_wrong.hpp"
#include "store/tags_codec.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

namespace salon {

namespace {

using element = postgres_array::element;

// One column of the rows to be added, as an array.
postgres_array numbers(const std::vector<log_entry>& entries, auto&& number_of) {
  postgres_array result{element::number};
  for (const auto& each : entries)
    result.add(static_cast<std::int64_t>(number_of(*each.pub)));
  return result;
}

// Empty texts are NULL, which takes no space.
postgres_array texts(const std::vector<log_entry>& entries, auto&& text_of) {
  postgres_array result{element::bytes};
  for (const auto& each : entries)
    if (std::string_view text = text_of(*each.pub); text.empty())
      result.add_null();
    else
      result.add(text);
  return result;
}

std::string_view bytes_of(const client_id& client) {
  return {reinterpret_cast<const char*>(client.bytes.data()), client.bytes.size()};
}

auto info_text(std::string client_info::*member) {
  return [member](const publication& pub) {
    return pub.info ? std::string_view{*pub.info.*member} : std::string_view{};
  };
}

// NULL for a publication of nobody's.
std::optional<client_info> info_in(postgres_row& row) {
  client_info info;
  info.user = row.text();
  auto client = row.text();
  info.conn_info = row.text();
  info.chan_info = row.text();
  if (client.size() != info.client.bytes.size())
    return std::nullopt;
  std::copy(client.begin(), client.end(), info.client.bytes.begin());
  return info;
}

} // namespace

std::string entry_table(int first_parameter) {
  constexpr auto columns
    = "(place, time, kind, flags, type, refers_to, checksum, author, client, conn_info, chan_info,"
      " tags, key, data, hash)";
  std::string result = "unnest(";
  for (auto i = 0; i < entry_parameter_count; ++i) {
    auto is_number = i < 7 || i == entry_parameter_count - 1;
    result += (i == 0 ? "$" : ", $") + std::to_string(first_parameter + i)
              + (is_number ? "::bigint[]" : "::bytea[]");
  }
  return result + ") AS entry" + columns;
}

void add_entries(postgres_values& to, const room_id& room, const std::vector<log_entry>& entries) {
  auto number = checksum_of(room);
  postgres_array sums{element::number};
  postgres_array tag_texts{element::bytes};
  postgres_array data{element::bytes};
  postgres_array hashes{element::number};
  for (const auto& each : entries) {
    auto text = tags_to_json(each.pub->tags);
    sums.add(checksum_of(number, *each.pub, text));
    if (text.empty())
      tag_texts.add_null();
    else
      tag_texts.add(text);
    data.add(std::string_view{each.pub->data});
    hashes.add(static_cast<std::int64_t>(each.data_hash));
  }
  to.array(numbers(entries, [](const auto& x) { return x.offset; }))
    .array(numbers(entries, [](const auto& x) { return x.time; }))
    .array(numbers(entries, [](const auto& x) { return x.kind; }))
    .array(numbers(entries, [](const auto& x) { return x.flags; }))
    .array(numbers(entries, [](const auto& x) { return x.type; }))
    .array(numbers(entries, [](const auto& x) { return x.refers_to; }))
    .array(sums)
    .array(texts(entries, info_text(&client_info::user)))
    .array(texts(
      entries,
      [](const publication& x) { return x.info ? bytes_of(x.info->client) : std::string_view{}; }))
    .array(texts(entries, info_text(&client_info::conn_info)))
    .array(texts(entries, info_text(&client_info::chan_info)))
    .array(tag_texts)
    .array(texts(entries, [](const publication& x) { return std::string_view{x.key}; }))
    .array(data)
    .array(hashes);
}

publication_ptr read_publication(const postgres_rows& from, std::size_t row, const room_id& room) {
  postgres_row next{from, row};
  auto result = std::make_shared<publication>();
  auto& pub = *result;
  pub.offset = next.count();
  pub.time = next.number();
  pub.kind = static_cast<publication_kind>(next.number());
  pub.flags = static_cast<std::uint32_t>(next.number());
  pub.type = static_cast<content>(next.number());
  pub.refers_to = next.count();
  auto sum = next.number();
  pub.info = info_in(next);
  auto tags = next.text();
  pub.key = next.text();
  pub.data = next.text();
  auto read_tags = tags_from_json(tags);
  if (sum != checksum_of(checksum_of(room), pub, tags) || !read_tags)
    throw stored_wrong{"room " + room + ", offset " + std::to_string(pub.offset)
                       + ": the checksum is not that of the publication"};
  pub.tags = std::move(*read_tags);
  return result;
}

} // namespace salon

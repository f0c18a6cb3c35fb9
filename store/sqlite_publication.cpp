#include "store/sqlite_publication.hpp"

#include "store/publication_checksum.hpp"
#include "store/stored_wrong.hpp"
#include "store/tags_codec.hpp"

#include <SQLiteCpp/Column.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>

namespace salon {

namespace {

enum column : int {
  room_column,
  offset_column,
  time_column,
  kind_column,
  flags_column,
  type_column,
  refers_to_column,
  checksum_column,
  user_column,
  client_column,
  conn_info_column,
  chan_info_column,
  tags_column,
  key_column,
  data_column,
};

void bind_text(SQLite::Statement& to, column at, const std::string& text) {
  if (text.empty())
    to.bind(at + 1);
  else
    to.bindNoCopy(at + 1, text);
}

void bind_number(SQLite::Statement& to, column at, std::uint64_t number) {
  to.bind(at + 1, static_cast<std::int64_t>(number));
}

std::string text_in(const SQLite::Statement& row, column at) {
  auto value = row.getColumn(at);
  const auto* bytes = static_cast<const char*>(value.getBlob());
  return bytes == nullptr ? std::string{}
                          : std::string(bytes, static_cast<std::size_t>(value.getBytes()));
}

std::int64_t number_in(const SQLite::Statement& row, column at) {
  return row.getColumn(at).getInt64();
}

std::optional<client_info> info_in(const SQLite::Statement& row) {
  auto client = text_in(row, client_column);
  client_info info;
  if (client.size() != info.client.bytes.size())
    return std::nullopt;
  std::copy(client.begin(), client.end(), info.client.bytes.begin());
  info.user = text_in(row, user_column);
  info.conn_info = text_in(row, conn_info_column);
  info.chan_info = text_in(row, chan_info_column);
  return info;
}

} // namespace

void bind_publication(SQLite::Statement& to, std::int64_t room, const publication& pub,
                      std::string& tags) {
  static const std::string none;
  tags = tags_to_json(pub.tags);
  to.bind(room_column + 1, room);
  bind_number(to, offset_column, pub.offset);
  to.bind(time_column + 1, pub.time);
  bind_number(to, kind_column, static_cast<std::uint64_t>(pub.kind));
  bind_number(to, flags_column, pub.flags);
  bind_number(to, type_column, static_cast<std::uint64_t>(pub.type));
  bind_number(to, refers_to_column, pub.refers_to);
  to.bind(checksum_column + 1, checksum_of(room, pub, tags));
  bind_text(to, user_column, pub.info ? pub.info->user : none);
  if (pub.info)
    to.bindNoCopy(client_column + 1, pub.info->client.bytes.data(),
                  static_cast<int>(pub.info->client.bytes.size()));
  else
    to.bind(client_column + 1);
  bind_text(to, conn_info_column, pub.info ? pub.info->conn_info : none);
  bind_text(to, chan_info_column, pub.info ? pub.info->chan_info : none);
  bind_text(to, tags_column, tags);
  bind_text(to, key_column, pub.key);
  to.bindNoCopy(data_column + 1, static_cast<const void*>(pub.data.data()),
                static_cast<int>(pub.data.size()));
}

publication_ptr read_publication(const SQLite::Statement& from, const std::string& name) {
  auto result = std::make_shared<publication>();
  auto& pub = *result;
  pub.offset = static_cast<std::uint64_t>(number_in(from, offset_column));
  pub.time = number_in(from, time_column);
  pub.kind = static_cast<publication_kind>(number_in(from, kind_column));
  pub.flags = static_cast<std::uint32_t>(number_in(from, flags_column));
  pub.type = static_cast<content>(number_in(from, type_column));
  pub.refers_to = static_cast<std::uint64_t>(number_in(from, refers_to_column));
  pub.info = info_in(from);
  pub.key = text_in(from, key_column);
  pub.data = text_in(from, data_column);
  auto tags = text_in(from, tags_column);
  auto sum = checksum_of(number_in(from, room_column), pub, tags);
  auto read_tags = tags_from_json(tags);
  if (sum != number_in(from, checksum_column) || !read_tags)
    throw stored_wrong{"room " + name + ", offset " + std::to_string(pub.offset)
                       + ": the checksum is not that of the publication"};
  pub.tags = std::move(*read_tags);
  return result;
}

} // namespace salon

#include "client/records.hpp"

#include "messages/json_scanner.hpp"
#include "messages/json_values.hpp"

#include <map>
#include <utility>

namespace salon {

namespace {

using namespace records;

// -- values -------------------------------------------------------------------

using json::read;

bool read(std::string_view json, heard& x);
bool read(std::string_view json, stream_position& x);
bool read(std::string_view json, std::vector<heard>& list);

/// The members of an object by their names; a `null` counts as absent.
class object {
public:
  explicit object(std::string_view json) {
    json::object_reader members{json};
    while (auto member = members.next())
      if (member->value != "null")
        values_.emplace(member->name, member->value);
    good_ = !members.bad();
  }

  bool good() const {
    return good_;
  }

  bool has(const std::string& name) const {
    return values_.count(name) > 0;
  }

  /// Leaves `value` alone when there is no such member.
  template <class T>
  object& get(const std::string& name, T& value) {
    if (auto i = values_.find(name); i != values_.end())
      good_ = read(i->second, value) && good_;
    return *this;
  }

private:
  std::map<std::string, std::string, std::less<>> values_;
  bool good_ = false;
};

bool read(std::string_view json, heard& x) {
  return object{json}.get("offset", x.offset).get("id", x.id).good();
}

bool read(std::string_view json, stream_position& x) {
  return object{json}.get("epoch", x.epoch).get("offset", x.offset).good();
}

bool read(std::string_view json, std::vector<heard>& list) {
  json::scanner in{json};
  if (!in.take('['))
    return false;
  if (in.take(']'))
    return true;
  do {
    auto value = in.value();
    if (!value || !read(*value, list.emplace_back()))
      return false;
  } while (in.take(','));
  return in.take(']');
}

// -- facts --------------------------------------------------------------------

void fill(object& from, attempted& x) {
  from.get("room", x.room).get("id", x.id).get("key", x.key);
}

void fill(object& from, acknowledged& x) {
  from.get("room", x.room).get("id", x.id).get("epoch", x.epoch).get("offset", x.offset);
}

void fill(object& from, subscribed& x) {
  from.get("room", x.room).get("epoch", x.epoch).get("offset", x.offset);
  from.get("recovered", x.recovered).get("publications", x.publications);
  if (from.has("recovering"))
    from.get("recovering", x.recovering.emplace());
}

void fill(object& from, received& x) {
  from.get("room", x.room).get("offset", x.what.offset).get("id", x.what.id);
}

void fill(object& from, unsubscribed& x) {
  from.get("room", x.room);
}

void fill(object&, lost&) {
  // nop
}

void fill(object& from, logged& x) {
  from.get("room", x.room).get("offset", x.offset).get("id", x.id).get("kind", x.kind);
}

void fill(object& from, head& x) {
  from.get("room", x.room).get("epoch", x.epoch).get("top", x.top).get("first", x.first);
}

template <class T>
fact make(object& from) {
  T made;
  fill(from, made);
  return made;
}

const std::map<std::string, fact (*)(object&), std::less<>> makers{
  {"attempted", make<attempted>},
  {"acknowledged", make<acknowledged>},
  {"subscribed", make<subscribed>},
  {"received", make<received>},
  {"unsubscribed", make<unsubscribed>},
  {"lost", make<lost>},
  {"logged", make<logged>},
  {"head", make<head>},
};

} // namespace

std::optional<record> read_record(std::string_view line) {
  object members{line};
  record found;
  std::string event;
  members.get("who", found.who).get("event", event);
  auto maker = makers.find(event);
  if (maker == makers.end())
    return std::nullopt;
  found.what = maker->second(members);
  return members.good() ? std::optional{std::move(found)} : std::nullopt;
}

} // namespace salon

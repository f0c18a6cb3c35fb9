#include "client/checker.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace salon {

namespace {

using namespace records;
using complaints = std::vector<std::string>;

std::string number(std::uint64_t x) {
  return std::to_string(x);
}

/// What there is to know about a room, whoever told it.
class room_book {
public:
  explicit room_book(room_id id) : id_(std::move(id)) {
    // nop
  }

  void add(const std::string& who, const attempted& x) {
    auto& tries = tries_[x.id];
    // With a key, any number of attempts is one publish.
    tries = x.key.empty() ? tries + 1 : 1;
    // What is repeated until it works may be overtaken.
    if (x.key.empty())
      turns_.emplace(x.id, turn{who, turns_.size()});
  }

  void add(const head& x) {
    head_ = x;
    is_logged_ = true;
  }

  void add(const logged& x, complaints& wrong) {
    if (!logged_.emplace(x.offset, x.id).second)
      wrong.push_back(at(x.offset) + " is in the log twice");
    if (x.kind != 0)
      return;
    offsets_.emplace(x.id, x.offset);
    if (auto& times = times_logged_[x.id]; ++times > std::max<std::size_t>(tries_[x.id], 1))
      wrong.push_back(at(x.offset) + ": the log has \"" + x.id + "\" more than once");
    if (tries_[x.id] == 0)
      wrong.push_back(at(x.offset) + ": the log has \"" + x.id + "\", which nobody published");
  }

  void check_log(complaints& wrong) const {
    if (!is_logged_)
      wrong.push_back("room " + id_ + " is not in the log");
    auto expected = head_.first;
    for (const auto& [offset, id] : logged_) {
      if (offset < expected)
        continue; // trimmed, as far as the room is concerned
      if (offset != expected)
        wrong.push_back(at(expected) + " is missing in the log, which goes on at "
                        + number(offset));
      expected = offset + 1;
    }
    if (expected != head_.top + 1)
      wrong.push_back(at(expected) + " is missing in the log, whose top is " + number(head_.top));
    check_turns(wrong);
  }

  /// What one publisher said without keys is in the order in which it was said.
  void check_turns(complaints& wrong) const {
    std::map<std::string, std::size_t> last;
    for (const auto& [offset, id] : logged_) {
      auto found = turns_.find(id);
      if (found == turns_.end() || times_logged_.at(id) > 1)
        continue;
      const auto& [who, place] = found->second;
      auto [before, is_first] = last.emplace(who, place);
      if (!is_first && place < before->second)
        wrong.push_back(overtaken(offset, who));
      before->second = std::max(before->second, place);
    }
  }

  void check(const std::string& who, const acknowledged& x, complaints& wrong) {
    if (x.epoch.empty()) {
      if (!is_trimmed() && offsets_.count(x.id) == 0)
        wrong.push_back("room " + id_ + ": \"" + x.id + "\", acknowledged to " + who
                        + ", is not in the log");
      return;
    }
    check_epoch(who, x.epoch, wrong);
    check_place(who + " had \"" + x.id + "\" acknowledged", {x.offset, x.id}, wrong);
  }

  void check_epoch(const std::string& who, const std::string& epoch, complaints& wrong) const {
    if (is_logged_ && epoch != head_.epoch)
      wrong.push_back("room " + id_ + ": " + who + " was told epoch " + epoch + ", the log's is "
                      + head_.epoch);
  }

  /// Whether the log, or whoever told of it first, has `x.id` at `x.offset`.
  void check_place(const std::string& claim, const heard& x, complaints& wrong) {
    if (x.offset < head_.first) {
      auto [known, is_new] = told_.emplace(x.offset, x.id);
      if (!is_new && known->second != x.id)
        wrong.push_back(at(x.offset) + ": " + claim + ", others know \"" + known->second + "\"");
      return;
    }
    auto found = logged_.find(x.offset);
    if (found == logged_.end())
      wrong.push_back(at(x.offset) + ": " + claim + ", the log has nothing there");
    else if (found->second != x.id)
      wrong.push_back(at(x.offset) + ": " + claim + ", the log has \"" + found->second + "\"");
  }

  /// Where the log has `id`; 0: nowhere.
  std::uint64_t offset_of(const std::string& id) const {
    auto found = offsets_.find(id);
    return found == offsets_.end() ? 0 : found->second;
  }

  bool is_trimmed() const {
    return head_.first > 1;
  }

  std::uint64_t top() const {
    return head_.top;
  }

  std::string at(std::uint64_t offset) const {
    return "room " + id_ + ", offset " + number(offset);
  }

private:
  std::string overtaken(std::uint64_t offset, const std::string& who) const {
    return at(offset) + ": \"" + logged_.at(offset) + "\" stands behind what " + who
           + " said later";
  }

  struct turn {
    std::string who;
    std::size_t place = 0;
  };

  room_id id_;
  head head_;
  bool is_logged_ = false;
  std::unordered_map<std::string, std::size_t> tries_;
  std::unordered_map<std::string, turn> turns_; ///< Of publishes without keys.
  std::unordered_map<std::string, std::size_t> times_logged_;
  std::unordered_map<std::string, std::uint64_t> offsets_;
  std::map<std::uint64_t, std::string> logged_;
  std::unordered_map<std::uint64_t, std::string> told_; ///< What the log keeps no longer.
};

/// One member's way through one room.
class course {
public:
  course(std::string who, room_book& room, recovery_promise promise)
    : who_(std::move(who)),
      room_(room),
      promise_(promise) {
    // nop
  }

  void add(const subscribed& x, complaints& wrong) {
    is_in_ = true;
    if (x.epoch.empty()) {
      next_ = 0; // wherever its first line was
      return;
    }
    room_.check_epoch(who_, x.epoch, wrong);
    if (x.recovering)
      check_recovery(x, wrong);
    next_ = (x.recovering && x.recovered ? x.recovering->offset : x.offset) + 1;
    for (const auto& each : x.publications)
      add(each, wrong);
  }

  void add(heard x, complaints& wrong) {
    auto claim = who_ + " got \"" + x.id + "\"";
    if (!is_in_)
      wrong.push_back(room_.at(x.offset) + ": " + claim + " without being in the room");
    if (x.offset == 0) {
      x.offset = room_.offset_of(x.id);
      // What was trimmed could be anywhere: the sequence starts over.
      if (x.offset == 0 && !room_.is_trimmed())
        wrong.push_back(room_.at(0) + ": " + claim + ", which is not in the log");
      if (x.offset == 0) {
        next_ = 0;
        return;
      }
    } else {
      room_.check_place(claim, x, wrong);
    }
    if (next_ != 0 && x.offset != next_)
      wrong.push_back(room_.at(x.offset) + ": " + claim + " when " + number(next_) + " was next");
    next_ = x.offset + 1;
  }

  void leave() {
    is_in_ = false;
  }

  void check_end(complaints& wrong) const {
    if (is_in_ && next_ != 0 && next_ <= room_.top())
      wrong.push_back(room_.at(next_) + ": " + who_ + " never got it, though it stayed until "
                      + number(room_.top()) + " was there");
  }

private:
  void check_recovery(const subscribed& x, complaints& wrong) const {
    const auto& since = *x.recovering;
    auto missed = x.recovered ? x.publications.size() : x.offset - since.offset;
    auto story = room_.at(since.offset) + ": " + who_
                 + " was told recovered:" + (x.recovered ? "true" : "false") + ", though ";
    if (next_ != 0 && since.offset + 1 != next_)
      wrong.push_back(room_.at(since.offset) + ": " + who_ + " went on from there, though "
                      + number(next_) + " was next");
    if (x.recovered && since.epoch != x.epoch)
      wrong.push_back(story + "the epoch is another");
    else if (x.recovered && missed > promise_.publications_max)
      wrong.push_back(story + number(missed) + " are more than one answer may hold");
    else if (!x.recovered && since.epoch == x.epoch && since.offset <= x.offset
             && missed <= std::min(promise_.publications_max, promise_.kept_min))
      wrong.push_back(story + "the " + number(missed) + " it missed were all there");
  }

  std::string who_;
  room_book& room_;
  recovery_promise promise_;
  std::uint64_t next_ = 0; ///< The only offset that may come; 0: any.
  bool is_in_ = false;
};

/// All rooms and members.
class inquiry {
public:
  explicit inquiry(recovery_promise promise) : promise_(promise) {
    // nop
  }

  /// What has to be known before anybody's record is judged.
  void learn(const record& x) {
    if (const auto* known = std::get_if<attempted>(&x.what))
      room(known->room).add(x.who, *known);
    else if (const auto* top = std::get_if<head>(&x.what))
      room(top->room).add(*top);
  }

  void learn_log(const record& x) {
    if (const auto* entry = std::get_if<logged>(&x.what))
      room(entry->room).add(*entry, wrong_);
  }

  void judge(const record& x) {
    if (const auto* told = std::get_if<acknowledged>(&x.what))
      room(told->room).check(x.who, *told, wrong_);
    else if (const auto* answer = std::get_if<subscribed>(&x.what))
      course_of(x.who, answer->room).add(*answer, wrong_);
    else if (const auto* got = std::get_if<received>(&x.what))
      course_of(x.who, got->room).add(got->what, wrong_);
    else if (const auto* left = std::get_if<unsubscribed>(&x.what))
      course_of(x.who, left->room).leave();
    else if (std::holds_alternative<lost>(x.what))
      for (auto& [name, each] : courses_[x.who])
        each.leave();
  }

  complaints verdict() {
    for (const auto& [name, each] : rooms_)
      each.check_log(wrong_);
    for (const auto& [who, rooms] : courses_)
      for (const auto& [name, each] : rooms)
        each.check_end(wrong_);
    return std::move(wrong_);
  }

private:
  room_book& room(const room_id& id) {
    return rooms_.try_emplace(id, id).first->second;
  }

  course& course_of(const std::string& who, const room_id& id) {
    return courses_[who].try_emplace(id, who, room(id), promise_).first->second;
  }

  recovery_promise promise_;
  complaints wrong_;
  std::map<room_id, room_book> rooms_;
  std::map<std::string, std::map<room_id, course>> courses_;
};

} // namespace

std::vector<std::string> check(const std::vector<record>& records, recovery_promise promise) {
  inquiry all{promise};
  for (const auto& each : records)
    all.learn(each);
  for (const auto& each : records)
    all.learn_log(each);
  for (const auto& each : records)
    all.judge(each);
  return all.verdict();
}

} // namespace salon

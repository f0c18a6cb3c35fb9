#include "actors/log_reader.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace salon {

log_reader_state::log_reader_state(log_reader_actor::pointer self,
                                   std::unique_ptr<history_reader> store, metrics& counts,
                                   history_options options)
  : self_(self),
    store_(std::move(store)),
    counts_(counts),
    options_(options) {
  // nop
}

log_reader_state::~log_reader_state() {
  counts_.log_reads_waiting.dec(static_cast<std::int64_t>(count_));
}

log_reader_actor::behavior_type log_reader_state::make_behavior() {
  return {
    [this](const read_order& x) { return on_read(x); },
    [this](work_on) { on_work(); },
  };
}

caf::result<log_part> log_reader_state::on_read(const read_order& x) {
  if (count_ >= options_.reads_max)
    return fail(errc::too_many_requests);
  ++count_;
  counts_.log_reads_waiting.inc();
  auto& of_room = waiting_[x.room];
  if (of_room.empty())
    turns_.push_back(x.room);
  of_room.push_back({x, self_->make_response_promise<log_part>(), {}, 0});
  work_soon();
  return of_room.back().caller;
}

void log_reader_state::work_soon() {
  if (!std::exchange(reminded_, true))
    tell(self_, log_reader_actor{self_}, work_on{});
}

void log_reader_state::on_work() {
  reminded_ = false;
  if (turns_.empty())
    return;
  auto room = std::move(turns_.front());
  turns_.pop_front();
  auto i = waiting_.find(room);
  if (read_page(i->second.front())) {
    i->second.pop_front();
    --count_;
    counts_.log_reads_waiting.dec();
  }
  if (i->second.empty())
    waiting_.erase(i);
  else
    turns_.push_back(std::move(room));
  if (!turns_.empty())
    work_soon();
}

bool log_reader_state::read_page(reading& of) {
  auto& what = of.what;
  page_limits page;
  page.publications_max
    = std::min(page.publications_max, what.most.publications_max - of.got.publications.size());
  page.bytes_max = std::min(page.bytes_max, what.most.bytes_max - of.bytes);
  counts_.log_reads.inc();
  auto read = what.reverse ? store_->before(what.room, what.beyond, page)
                           : store_->since(what.room, what.beyond, page);
  if (!read) {
    log::error("storage cannot be read", {{"room", what.room}, {"reason", read.error().sentence}});
    if (read.error().code == store_errc::corrupt)
      of.caller.deliver(log_part{{}, true});
    else
      of.caller.deliver(fail(errc::internal));
    return true;
  }
  auto is_last = read->empty();
  for (auto& each : *read) {
    if (what.reverse ? each->offset < what.up_to : each->offset > what.up_to) {
      is_last = true;
      break;
    }
    of.bytes += each->data.size();
    what.beyond = each->offset;
    of.got.publications.push_back(std::move(each));
  }
  if (!is_last && what.beyond != what.up_to && of.bytes < what.most.bytes_max
      && of.got.publications.size() < what.most.publications_max)
    return false;
  of.caller.deliver(std::move(of.got));
  return true;
}

log_reader_actor spawn_log_reader(shard& home, std::unique_ptr<history_reader> store,
                                  metrics& counts, history_options options) {
  return spawn_on<log_reader_state, log_reader_actor>(home, std::move(store), counts, options)
    .handle;
}

} // namespace salon

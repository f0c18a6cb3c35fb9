#pragma once

#include "base/host.hpp"

#include <caf/action.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/attachable.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/result.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/spawn_options.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#if SALON_CAF_MAIL
#include <caf/anon_mail.hpp>
#include <caf/disposable.hpp>
#include <caf/type_list.hpp>
#endif

#include <chrono>
#include <memory>
#include <utility>

/// The one place that knows which CAF this is: 0.18.7, the 1.1.0 release, or upstream's head. It
/// hosts actors on a shard and gives the verbs actors talk with.
namespace salon {

#if SALON_CAF_MAIL
template <class... Signatures>
struct contract_trait {
  using signatures = caf::type_list<Signatures...>;
};

template <class... Signatures>
using contract = caf::typed_actor<contract_trait<Signatures...>>;
#else
/// What an actor answers, as `caf::result<Out>(In)...`.
template <class... Signatures>
using contract = caf::typed_actor<Signatures...>;
#endif

/// An actor whose mailbox its host drains, with its state in a class `State` that has
/// `make_behavior`. The state ends when the actor quits.
template <class State, class Handle>
class hosted final : public caf::stateful_actor<State, typename Handle::impl> {
public:
  using super = caf::stateful_actor<State, typename Handle::impl>;

  template <class... Ts>
  hosted(caf::actor_config& config, actor_host& host, Ts&&... xs)
    : super(config, std::forward<Ts>(xs)...),
      host_(&host) {
    // nop
  }

#if SALON_CAF_HEAD
  caf::scheduler* pinned_scheduler() const noexcept override {
    return host_;
  }
#else
  using super::enqueue;

  bool enqueue(caf::mailbox_element_ptr what, host_base*) override {
    return super::enqueue(std::move(what), host_);
  }

  void launch(host_base*, bool lazy, bool hide) override {
    super::launch(host_, lazy, hide);
  }

#if SALON_CAF_MAIL
  caf::resumable::subtype_t subtype() const noexcept override {
    return caf::resumable::io_actor;
  }
#else
  caf::resumable::subtype_t subtype() const override {
    return caf::resumable::io_actor;
  }
#endif
#endif

private:
  actor_host* host_;
};

/// A hosted actor: how others reach it, and its state for those on the same shard. The state is
/// gone once the actor has quit; it says so itself to whoever keeps the pointer.
template <class State, class Handle>
struct spawned {
  Handle handle;
  State* state;
};

/// Starts an actor with the contract `Handle` on `host`. Its state is made at once, on the calling
/// thread, from (pointer to the actor, xs...).
template <class State, class Handle, class... Ts>
spawned<State, Handle> spawn_on(actor_host& host, Ts&&... xs) {
  using impl = hosted<State, Handle>;
#if SALON_CAF_MAIL
  caf::actor_config config{&host, nullptr};
  auto handle = host.actors().spawn_class<impl>(config, host, std::forward<Ts>(xs)...);
#else
  caf::actor_config config{&host};
  auto handle
    = host.actors().spawn_class<impl, caf::no_spawn_options>(config, host, std::forward<Ts>(xs)...);
#endif
  auto* actor = static_cast<impl*>(caf::actor_cast<caf::abstract_actor*>(handle));
  return {caf::actor_cast<Handle>(handle), &actor->state};
}

/// Sends `what`; nobody waits for an answer.
template <class Self, class Handle, class Message>
void tell(Self* self, const Handle& to, Message&& what) {
#if SALON_CAF_MAIL
  self->mail(std::forward<Message>(what)).send(to);
#else
  self->send(to, std::forward<Message>(what));
#endif
}

/// The same from outside of any actor.
template <class Handle, class Message>
void tell(const Handle& to, Message&& what) {
#if SALON_CAF_MAIL
  caf::anon_mail(std::forward<Message>(what)).send(to);
#else
  caf::anon_send(to, std::forward<Message>(what));
#endif
}

/// Whether the message that `self` is handling was sent by `whom`.
template <class Self, class Handle>
bool comes_from(Self* self, const Handle& whom) {
  return whom
         && caf::actor_cast<caf::abstract_actor*>(self->current_sender())
              == caf::actor_cast<caf::abstract_actor*>(whom);
}

/// Asks an actor to end, as the node's shutdown does. Any thread may call it.
template <class Handle>
void dismiss(const Handle& whom) {
  caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
}

/// Ends an actor as one that has failed: those who watch it find that out. Any thread may call it.
template <class Handle>
void give_up(const Handle& whom) {
  caf::anon_send_exit(whom, caf::exit_reason::remote_link_unreachable);
}

/// Ends an actor of CAF's own, which would not listen to anything else. Any thread may call it.
template <class Handle>
void kill(const Handle& whom) {
  caf::anon_send_exit(whom, caf::exit_reason::kill);
}

/// Starts an actor that was spawned with caf::lazy_init; one that has begun takes no notice. Any
/// thread may call it.
template <class Handle>
void wake(const Handle& whom) {
  // The one message that every actor takes.
  tell(caf::actor_cast<caf::actor>(whom), caf::make_action([] {}));
}

/// Lets `to` answer the message that `self` is handling.
template <class Self, class Handle, class Message>
auto hand_over(Self* self, const Handle& to, Message&& what) {
#if SALON_CAF_MAIL
  return self->mail(std::forward<Message>(what)).delegate(to);
#else
  return self->delegate(to, std::forward<Message>(what));
#endif
}

namespace detail {

/// The deadline of one `ask` on its host's wheel; goes away with the handlers of the answer.
template <class Self>
class ask_deadline {
public:
  ask_deadline(Self* self, timer_wheel& wheel, timer_wheel::duration deadline) : self_(self) {
    timer_.action([this] { expire(); });
    wheel.arm(timer_, deadline);
  }

  void answer_to(caf::message_id request) {
    request_ = request;
  }

private:
  void expire() {
    // The answer that did not come, in the way CAF's own clock would give it.
    self_->enqueue(caf::make_mailbox_element(caf::strong_actor_ptr{self_->ctrl()}, request_, {},
                                             caf::make_error(caf::sec::request_timeout)),
                   nullptr);
  }

  Self* self_;
  caf::message_id request_;
  timer timer_;
};

/// A function with the arguments of `f` that also keeps `with` alive as long as itself.
template <class With, class F, class Class, class Result, class... Arguments>
auto bind_lifetime(With with, F f, Result (Class::*)(Arguments...) const) {
  return [with = std::move(with), f = std::move(f)](Arguments... answer) {
    f(std::forward<Arguments>(answer)...);
  };
}

} // namespace detail

/// Sends `what` and calls `ok` with the answer, or `failed` with an error: also when `to` is gone
/// or nothing came by `deadline`. A hosted actor's deadline is on its host's wheel. Both are const
/// functions; `ok` has the parts of the answer for arguments, `failed` a caf::error.
template <class Self, class Handle, class Message, class Ok, class Failed>
void ask(Self* self, const Handle& to, timer_wheel::duration deadline, Message&& what, Ok ok,
         Failed failed) {
  auto* host = dynamic_cast<actor_host*>(self->context());
  if (!host) {
#if SALON_CAF_MAIL
    self->mail(std::forward<Message>(what))
      .request(to, deadline)
      .then(std::move(ok), std::move(failed));
#else
    self->request(to, deadline, std::forward<Message>(what)).then(std::move(ok), std::move(failed));
#endif
    return;
  }
#if SALON_CAF_MAIL
  auto response = self->mail(std::forward<Message>(what)).request(to, caf::infinite);
#else
  auto response = self->request(to, caf::infinite, std::forward<Message>(what));
#endif
  auto waits = std::make_shared<detail::ask_deadline<Self>>(self, host->wheel(), deadline);
  waits->answer_to(response.id());
  response.then(detail::bind_lifetime(waits, std::move(ok), &Ok::operator()),
                [waits, failed = std::move(failed)](caf::error& why) { failed(why); });
}

/// A watch, for whoever may outlive its need: what it keeps stays with the watched actor otherwise.
class watching {
public:
  watching() = default;

#if SALON_CAF_MAIL
  explicit watching(caf::disposable watch) : watch_(std::move(watch)) {
    // nop
  }

  /// The function is called no more, and is gone.
  void end() {
    watch_.dispose();
  }

private:
  caf::disposable watch_;
#else
  watching(caf::weak_actor_ptr whom, caf::action call)
    : whom_(std::move(whom)),
      call_(std::move(call)) {
    // nop
  }

  /// The function is called no more, and is gone.
  void end() {
    if (!call_.ptr())
      return;
    call_.dispose();
    if (auto alive = whom_.lock())
      alive->get()->detach({caf::attachable::token::anonymous, call_.ptr()});
    call_ = {};
    whom_ = nullptr;
  }

private:
  caf::weak_actor_ptr whom_;
  caf::action call_;
#endif
};

#if !SALON_CAF_MAIL
namespace detail {

/// What is to be called on the watcher, and why.
template <class Gone>
struct end_call {
  Gone gone;
  caf::error why;

  void operator()() {
    gone(why);
  }
};

/// What a watched actor carries. CAF's own action holds the call: every connection is watched, and
/// each block of memory less counts.
template <class Gone>
class end_watch final : public caf::attachable {
public:
  using action_ptr = caf::intrusive_ptr<caf::detail::default_action_impl<end_call<Gone>>>;

  end_watch(caf::weak_actor_ptr watcher, action_ptr run)
    : watcher_(std::move(watcher)),
      run_(std::move(run)) {
    // nop
  }

  void actor_exited(const caf::error& why, caf::execution_unit*) override {
    if (auto alive = watcher_.lock()) {
      run_->f_.why = why;
      alive->enqueue(nullptr, caf::make_message_id(), caf::make_message(caf::action{run_}),
                     nullptr);
    }
  }

  bool matches(const token& what) override {
    return what.subtype == token::anonymous
           && what.ptr == static_cast<caf::action::impl*>(run_.get());
  }

private:
  caf::weak_actor_ptr watcher_;
  action_ptr run_;
};

} // namespace detail
#endif

/// Calls `gone` on `self`'s own thread with the reason when `whom` ends, at once when it has ended
/// already. Any number of actors can be watched, each with its own function. What is watched should
/// not outlive who watches; where it does, the watch has to be ended.
template <class Self, class Handle, class Gone>
watching watch(Self* self, const Handle& whom, Gone gone) {
#if SALON_CAF_MAIL
  return watching{self->monitor(whom, std::move(gone))};
#else
  // 0.18 has one down handler per actor. What runs here is a table of them, kept where it cannot
  // outlive the watched actor: each watched one carries the function to call at its end.
  using ended = detail::end_watch<Gone>;
  typename ended::action_ptr run{new typename ended::action_ptr::value_type{
                                   {std::move(gone), {}}, caf::action::state::scheduled},
                                 false};
  auto* target = caf::actor_cast<caf::abstract_actor*>(whom);
  target->attach(caf::attachable_ptr{new ended{caf::weak_actor_ptr{self->ctrl()}, run}});
  return {caf::weak_actor_ptr{target->ctrl()}, caf::action{std::move(run)}};
#endif
}

} // namespace salon

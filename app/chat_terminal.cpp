#include "app/chat_terminal.hpp"

#include "app/line_editor.hpp"
#include "client/chat_orders.hpp"
#include "client/chat_view.hpp"

#include <memory>
#include <type_traits>
#include <variant>

namespace salon {

namespace {

class terminal_chat {
public:
  terminal_chat(const chat_address& where, const conversation_options& options, bool colours)
    : view_(colours),
      talk_(where, options, [this](const chat::event& what) { show(what); }),
      editor_({[this] { return talk_.room() + "> "; }, [this] { return talk_.native_handle(); },
               [this] { return talk_.rest(); },
               [this] {
                 talk_.turn();
                 return !talk_.is_over();
               }}) {
    // nop
  }

  int run(const std::string& room) {
    if (auto wrong = talk_.open(room)) {
      show(chat::trouble{*wrong});
      return 1;
    }
    show(chat::note{"/help lists what there is to type"});
    while (is_here_) {
      auto line = editor_.read_line();
      if (!line)
        break;
      follow(chat::read_order(*line));
    }
    talk_.close();
    return talk_.is_over() ? 1 : 0;
  }

private:
  void show(const chat::event& what) {
    editor_.print(view_.show(what));
  }

  void follow(const chat::order& order) {
    std::visit([this](const auto& x) { on(x); }, order);
  }

  void on(std::monostate) {
    // nop
  }

  void on(const chat::say& x) {
    talk_.say(x.text, x.is_action);
  }

  void on(const chat::join& x) {
    talk_.join(x.room);
  }

  void on(const chat::leave&) {
    talk_.leave();
  }

  void on(const chat::list_people&) {
    talk_.list_people();
  }

  void on(const chat::list_rooms&) {
    talk_.list_rooms();
  }

  void on(const chat::help&) {
    show(chat::note{std::string{chat::help_text}});
  }

  void on(const chat::quit&) {
    is_here_ = false;
  }

  void on(const chat::mistake& x) {
    show(chat::trouble{x.sentence});
  }

  chat::view view_;
  conversation talk_;
  line_editor editor_;
  bool is_here_ = true;
};

} // namespace

int chat_at_terminal(const chat_address& where, const conversation_options& options,
                     const std::string& room, bool colours) {
  return terminal_chat{where, options, colours}.run(room);
}

} // namespace salon

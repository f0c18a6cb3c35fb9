#include "messages/broadcast_frames.hpp"

#include "messages/json_codec.hpp"
#include "messages/text_codec.hpp"

namespace salon {

broadcast make_broadcast(const room_id& room, const publication_ptr& pub, std::uint64_t offset,
                         bool json, bool text) {
  broadcast out{room, offset, pub, {}, {}};
  if (json)
    out.json = frame::text(protocol::encode_publication_push(room, *pub));
  if (text && offset != 0)
    out.text = frame::text(text::line_of(*pub));
  return out;
}

} // namespace salon

#pragma once
#include "messages/ids.hpp"
#include <vector>
namespace salon {
std::string home_of(const room_id& room, const std::vector<std::string>& names);
}

#include "tests/store/store_fixture.hpp"

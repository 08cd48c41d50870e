#include "engine/base/turns.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include <woolly/error.h>

namespace woolly {

void wait_for_turn() {
  char turn = kTurn;
  if (::send(STDIN_FILENO, &turn, 1, MSG_NOSIGNAL) == 1) {
    ssize_t got = 0;
    do {
      got = ::recv(STDIN_FILENO, &turn, 1, 0);
    } while (got < 0 && errno == EINTR);
    if (got == 1) return;
  }
  throw_usage("nobody gives turns on standard input", "--in-turns is for programs that take turns");
}

}  // namespace woolly

// Programs that take turns: several are started together and never two of them work. Each works
// from its start, and then when it is its turn, until it asks for the next turn or ends; who
// started them (ChildProcess) decides whose turn it is. So their times belong to the same moments
// of the machine, finer than launches of one after the other ever could.
//
// The protocol: on a socket that is the standard input, the program writes a byte when it asks, and
// reads one when it may go on.
#pragma once

namespace woolly {

inline constexpr char kTurn = '.';

// Gives up the turn of this program and waits for its next.
// Throws Error (usage) when nobody listens: standard input is not such a socket, or closed.
void wait_for_turn();

}  // namespace woolly

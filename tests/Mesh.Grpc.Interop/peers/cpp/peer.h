// What client and server share: payloads, the official flags, and whether a message came compressed.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "test.grpc.pb.h"

// libgrpc exports it for its own interoperability programs; no header of the package declares it.
extern uint32_t grpc_call_test_only_get_message_flags(grpc_call* call);

namespace peer {

constexpr char kInitial[] = "x-grpc-test-echo-initial";
constexpr char kTrailing[] = "x-grpc-test-echo-trailing-bin";

// Whether the last message that the call received came compressed: one flag of a message as it is on the wire, one of
// a message that the library has already decompressed.
inline bool WasCompressed(grpc_call* call) {
  constexpr uint32_t kCompressed = 0x80000000u;
  constexpr uint32_t kDecompressed = 0x40000000u;
  return (grpc_call_test_only_get_message_flags(call) & (kCompressed | kDecompressed)) != 0;
}

inline std::string Zeros(int size) { return std::string(size, '\0'); }

// Reads --name=value.
inline std::map<std::string, std::string> Flags(int argc, char** argv) {
  std::map<std::string, std::string> values;
  for (int i = 1; i < argc; i++) {
    std::string argument = argv[i];
    auto at = argument.find('=');
    if (argument.rfind("--", 0) != 0 || at == std::string::npos) {
      std::cerr << argument << ": expected --NAME=VALUE\n";
      std::exit(2);
    }
    values[argument.substr(0, at)] = argument.substr(at + 1);
  }
  return values;
}

}  // namespace peer

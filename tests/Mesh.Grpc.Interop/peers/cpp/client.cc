// The client of gRPC's interoperability cases on the C++ library.
#include <chrono>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "peer.h"

using grpc::ClientContext;
using grpc::Status;
using grpc::StatusCode;
using namespace grpc::testing;

namespace {

constexpr int kLargeRequest = 271828;
constexpr int kLargeResponse = 314159;
constexpr int kPatienceS = 30;
const std::vector<int> kRequestSizes = {27182, 8, 1828, 45904};
const std::vector<int> kResponseSizes = {31415, 9, 2653, 58979};
const std::string kBinary = "\xab\xab\xab";

std::unique_ptr<TestService::Stub> stub;
std::unique_ptr<UnimplementedService::Stub> unimplemented;

struct Context : ClientContext {
  Context() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(kPatienceS)); }
};

void Expect(bool holds, const std::string& what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

void ExpectStatus(StatusCode expected, const Status& status, const std::string& what) {
  std::ostringstream text;
  text << what << ": expected status " << expected << ", came " << status.error_code() << " "
       << status.error_message();
  Expect(status.error_code() == expected, text.str());
}

void ExpectZeros(const Payload& payload, int size) {
  Expect(payload.body() == peer::Zeros(size), "expected " + std::to_string(size) + " zeros");
}

SimpleRequest Large() {
  SimpleRequest request;
  request.set_response_size(kLargeResponse);
  request.mutable_payload()->set_body(peer::Zeros(kLargeRequest));
  return request;
}

StreamingOutputCallRequest Asking(int response, int request) {
  StreamingOutputCallRequest message;
  message.add_response_parameters()->set_size(response);
  message.mutable_payload()->set_body(peer::Zeros(request));
  return message;
}

void EmptyUnary() {
  Context context;
  Empty response;
  ExpectStatus(StatusCode::OK, stub->EmptyCall(&context, Empty(), &response), "EmptyCall");
}

// By POST: the library knows no GET.
void CacheableUnary() {
  SimpleRequest request;
  request.mutable_payload()->set_body(
      std::to_string(std::chrono::system_clock::now().time_since_epoch().count()));
  SimpleResponse responses[2];
  for (auto& response : responses) {
    Context context;
    context.AddMetadata("x-user-ip", "1.2.3.4");
    ExpectStatus(StatusCode::OK, stub->CacheableUnaryCall(&context, request, &response), "CacheableUnaryCall");
  }
  Expect(responses[0].payload().body() == responses[1].payload().body(), "the second response is another one");
}

void LargeUnary() {
  Context context;
  SimpleResponse response;
  ExpectStatus(StatusCode::OK, stub->UnaryCall(&context, Large(), &response), "UnaryCall");
  ExpectZeros(response.payload(), kLargeResponse);
}

void ClientCompressedUnary() {
  SimpleResponse response;
  SimpleRequest request = Large();
  request.mutable_expect_compressed()->set_value(true);
  Context probe;
  ExpectStatus(StatusCode::INVALID_ARGUMENT, stub->UnaryCall(&probe, request, &response), "the probe");
  for (bool compressed : {true, false}) {
    Context context;
    if (compressed) {
      context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    }
    request.mutable_expect_compressed()->set_value(compressed);
    ExpectStatus(StatusCode::OK, stub->UnaryCall(&context, request, &response), "UnaryCall");
    ExpectZeros(response.payload(), kLargeResponse);
  }
}

void ServerCompressedUnary() {
  for (bool compressed : {true, false}) {
    Context context;
    SimpleResponse response;
    SimpleRequest request = Large();
    request.mutable_response_compressed()->set_value(compressed);
    ExpectStatus(StatusCode::OK, stub->UnaryCall(&context, request, &response), "UnaryCall");
    Expect(peer::WasCompressed(context.c_call()) == compressed, "the response's compressed flag is wrong");
    ExpectZeros(response.payload(), kLargeResponse);
  }
}

StreamingInputCallRequest Input(int size) {
  StreamingInputCallRequest request;
  request.mutable_payload()->set_body(peer::Zeros(size));
  return request;
}

void ClientStreaming() {
  Context context;
  StreamingInputCallResponse response;
  auto call = stub->StreamingInputCall(&context, &response);
  for (int size : kRequestSizes) {
    Expect(call->Write(Input(size)), "a request was not written");
  }
  call->WritesDone();
  ExpectStatus(StatusCode::OK, call->Finish(), "StreamingInputCall");
  Expect(response.aggregated_payload_size() == 74922, "aggregated_payload_size is not 74922");
}

void ClientCompressedStreaming() {
  StreamingInputCallRequest first = Input(27182);
  first.mutable_expect_compressed()->set_value(true);
  StreamingInputCallRequest second = Input(45904);
  second.mutable_expect_compressed()->set_value(false);
  StreamingInputCallResponse response;
  Context lying;
  auto probe = stub->StreamingInputCall(&lying, &response);
  probe->Write(first);
  probe->WritesDone();
  ExpectStatus(StatusCode::INVALID_ARGUMENT, probe->Finish(), "the probe");
  Context context;
  context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  auto call = stub->StreamingInputCall(&context, &response);
  Expect(call->Write(first), "the compressed request was not written");
  Expect(call->Write(second, grpc::WriteOptions().set_no_compression()), "the other request was not written");
  call->WritesDone();
  ExpectStatus(StatusCode::OK, call->Finish(), "StreamingInputCall");
  Expect(response.aggregated_payload_size() == 73086, "aggregated_payload_size is not 73086");
}

// Reads all responses; `each` sees the index of every one.
template <typename Call>
void ReadAll(Call* call, const std::vector<int>& sizes, const std::function<void(size_t)>& each) {
  StreamingOutputCallResponse response;
  size_t count = 0;
  while (call->Read(&response)) {
    Expect(count < sizes.size(), "too many responses");
    ExpectZeros(response.payload(), sizes[count]);
    each(count++);
  }
  Expect(count == sizes.size(), "too few responses");
}

void ServerStreaming() {
  Context context;
  StreamingOutputCallRequest request;
  for (int size : kResponseSizes) {
    request.add_response_parameters()->set_size(size);
  }
  auto call = stub->StreamingOutputCall(&context, request);
  ReadAll(call.get(), kResponseSizes, [](size_t) {});
  ExpectStatus(StatusCode::OK, call->Finish(), "StreamingOutputCall");
}

void ServerCompressedStreaming() {
  Context context;
  const std::vector<int> sizes = {31415, 92653};
  StreamingOutputCallRequest request;
  for (size_t i = 0; i < sizes.size(); i++) {
    auto* wanted = request.add_response_parameters();
    wanted->set_size(sizes[i]);
    wanted->mutable_compressed()->set_value(i == 0);
  }
  auto call = stub->StreamingOutputCall(&context, request);
  ReadAll(call.get(), sizes, [&](size_t i) {
    Expect(peer::WasCompressed(context.c_call()) == (i == 0), "a response's compressed flag is wrong");
  });
  ExpectStatus(StatusCode::OK, call->Finish(), "StreamingOutputCall");
}

void PingPong() {
  Context context;
  auto call = stub->FullDuplexCall(&context);
  auto send = [&](size_t i) {
    Expect(call->Write(Asking(kResponseSizes[i], kRequestSizes[i])), "a request was not written");
  };
  send(0);
  ReadAll(call.get(), kResponseSizes, [&](size_t i) {
    if (i + 1 < kResponseSizes.size()) {
      send(i + 1);
    } else {
      call->WritesDone();
    }
  });
  ExpectStatus(StatusCode::OK, call->Finish(), "FullDuplexCall");
}

void EmptyStream() {
  Context context;
  auto call = stub->FullDuplexCall(&context);
  call->WritesDone();
  ReadAll(call.get(), {}, [](size_t) {});
  ExpectStatus(StatusCode::OK, call->Finish(), "FullDuplexCall");
}

void CheckEchoes(const ClientContext& context) {
  const auto& headers = context.GetServerInitialMetadata();
  auto initial = headers.find(peer::kInitial);
  Expect(initial != headers.end() && initial->second == "test_initial_metadata_value", "the initial metadata");
  const auto& trailers = context.GetServerTrailingMetadata();
  auto trailing = trailers.find(peer::kTrailing);
  Expect(trailing != trailers.end() && trailing->second == kBinary, "the trailing metadata");
}

void CustomMetadata() {
  Context unary, duplex;
  for (ClientContext* context : {&unary, &duplex}) {
    context->AddMetadata(peer::kInitial, "test_initial_metadata_value");
    context->AddMetadata(peer::kTrailing, kBinary);
  }
  SimpleResponse response;
  ExpectStatus(StatusCode::OK, stub->UnaryCall(&unary, Large(), &response), "UnaryCall");
  ExpectZeros(response.payload(), kLargeResponse);
  CheckEchoes(unary);
  auto call = stub->FullDuplexCall(&duplex);
  call->Write(Asking(kLargeResponse, kLargeRequest));
  call->WritesDone();
  ReadAll(call.get(), {kLargeResponse}, [](size_t) {});
  ExpectStatus(StatusCode::OK, call->Finish(), "FullDuplexCall");
  CheckEchoes(duplex);
}

void StatusAndMessage(const std::string& message, bool both) {
  SimpleRequest request;
  request.mutable_response_status()->set_code(2);
  request.mutable_response_status()->set_message(message);
  Context unary, duplex;
  SimpleResponse response;
  std::vector<Status> statuses = {stub->UnaryCall(&unary, request, &response)};
  if (both) {
    StreamingOutputCallRequest streamed;
    *streamed.mutable_response_status() = request.response_status();
    auto call = stub->FullDuplexCall(&duplex);
    call->Write(streamed);
    call->WritesDone();
    statuses.push_back(call->Finish());
  }
  for (const auto& status : statuses) {
    ExpectStatus(StatusCode::UNKNOWN, status, "status");
    Expect(status.error_message() == message, "the message is '" + status.error_message() + "'");
  }
}

void UnimplementedMethod() {
  Context context;
  Empty response;
  ExpectStatus(StatusCode::UNIMPLEMENTED, stub->UnimplementedCall(&context, Empty(), &response), "TestService");
}

void UnimplementedServiceCase() {
  Context context;
  Empty response;
  ExpectStatus(
      StatusCode::UNIMPLEMENTED, unimplemented->UnimplementedCall(&context, Empty(), &response), "the service");
}

void CancelAfterBegin() {
  Context context;
  StreamingInputCallResponse response;
  auto call = stub->StreamingInputCall(&context, &response);
  context.TryCancel();
  ExpectStatus(StatusCode::CANCELLED, call->Finish(), "StreamingInputCall");
}

void CancelAfterFirstResponse() {
  Context context;
  auto call = stub->FullDuplexCall(&context);
  Expect(call->Write(Asking(31415, 27182)), "the request was not written");
  StreamingOutputCallResponse response;
  Expect(call->Read(&response), "no response");
  ExpectZeros(response.payload(), 31415);
  context.TryCancel();
  ExpectStatus(StatusCode::CANCELLED, call->Finish(), "FullDuplexCall");
}

void TimeoutOnSleepingServer() {
  ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1));
  auto call = stub->FullDuplexCall(&context);
  StreamingOutputCallRequest request;
  request.mutable_payload()->set_body(peer::Zeros(27182));
  call->Write(request);
  ExpectStatus(StatusCode::DEADLINE_EXCEEDED, call->Finish(), "FullDuplexCall");
}

const std::vector<std::pair<std::string, std::function<void()>>> kCases = {
    {"empty_unary", EmptyUnary},
    {"cacheable_unary", CacheableUnary},
    {"large_unary", LargeUnary},
    {"client_compressed_unary", ClientCompressedUnary},
    {"server_compressed_unary", ServerCompressedUnary},
    {"client_streaming", ClientStreaming},
    {"client_compressed_streaming", ClientCompressedStreaming},
    {"server_streaming", ServerStreaming},
    {"server_compressed_streaming", ServerCompressedStreaming},
    {"ping_pong", PingPong},
    {"empty_stream", EmptyStream},
    {"custom_metadata", CustomMetadata},
    {"status_code_and_message", [] { StatusAndMessage("test status message", true); }},
    {"special_status_message",
     [] { StatusAndMessage("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n", false); }},
    {"unimplemented_method", UnimplementedMethod},
    {"unimplemented_service", UnimplementedServiceCase},
    {"cancel_after_begin", CancelAfterBegin},
    {"cancel_after_first_response", CancelAfterFirstResponse},
    {"timeout_on_sleeping_server", TimeoutOnSleepingServer},
};

bool Run(const std::string& name) {
  try {
    for (const auto& one : kCases) {
      if (one.first == name) {
        one.second();
        std::cout << "PASS " << name << std::endl;
        return true;
      }
    }
    Expect(false, "no such case");
  } catch (const std::runtime_error& error) {
    std::cout << "FAIL " << name << " " << error.what() << std::endl;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  auto flags = peer::Flags(argc, argv);
  if (flags.count("--version")) {
    std::cout << grpc::Version() << std::endl;
    return 0;
  }
  const std::string host = flags.count("--server_host") ? flags["--server_host"] : "localhost";
  auto channel = grpc::CreateChannel(host + ":" + flags["--server_port"], grpc::InsecureChannelCredentials());
  stub = TestService::NewStub(channel);
  unimplemented = UnimplementedService::NewStub(channel);
  bool passed = true;
  if (flags["--test_case"] == "all") {
    for (const auto& one : kCases) {
      passed = Run(one.first) && passed;
    }
  } else {
    std::stringstream names(flags["--test_case"]);
    for (std::string name; std::getline(names, name, ',');) {
      passed = Run(name) && passed;
    }
  }
  return passed ? 0 : 1;
}

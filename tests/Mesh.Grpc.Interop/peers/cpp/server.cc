// The server of gRPC's interoperability cases on the C++ library.
#include <chrono>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

#include "peer.h"

using grpc::ServerContext;
using grpc::Status;
using grpc::StatusCode;
using namespace grpc::testing;

namespace {

constexpr int kMaxAgeS = 60;

void Echo(ServerContext* context) {
  auto initial = context->client_metadata().find(peer::kInitial);
  if (initial != context->client_metadata().end()) {
    context->AddInitialMetadata(peer::kInitial, std::string(initial->second.data(), initial->second.size()));
  }
  auto trailing = context->client_metadata().find(peer::kTrailing);
  if (trailing != context->client_metadata().end()) {
    context->AddTrailingMetadata(peer::kTrailing, std::string(trailing->second.data(), trailing->second.size()));
  }
}

template <typename Request>
Status Asked(const Request& request) {
  return Status(static_cast<StatusCode>(request.response_status().code()), request.response_status().message());
}

// Whether the last request is what it says of itself.
template <typename Request>
bool Honest(ServerContext* context, const Request& request) {
  return !request.has_expect_compressed() ||
         request.expect_compressed().value() == peer::WasCompressed(context->c_call());
}

Status Dishonest() { return Status(StatusCode::INVALID_ARGUMENT, "The request is not what expect_compressed says."); }

template <typename Stream>
void Answer(const StreamingOutputCallRequest& request, Stream* stream) {
  for (const auto& wanted : request.response_parameters()) {
    if (wanted.interval_us() > 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(wanted.interval_us()));
    }
    StreamingOutputCallResponse response;
    response.mutable_payload()->set_body(peer::Zeros(wanted.size()));
    grpc::WriteOptions options;
    if (!wanted.compressed().value()) {
      options.set_no_compression();
    }
    stream->Write(response, options);
  }
}

class Service final : public TestService::Service {
  Status EmptyCall(ServerContext* context, const Empty*, Empty*) override {
    Echo(context);
    return Status::OK;
  }

  Status UnaryCall(ServerContext* context, const SimpleRequest* request, SimpleResponse* response) override {
    Echo(context);
    if (!Honest(context, *request)) {
      return Dishonest();
    }
    if (request->response_compressed().value()) {
      context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
    }
    response->mutable_payload()->set_body(peer::Zeros(request->response_size()));
    return Asked(*request);
  }

  // The server stands in for the caching proxy: no library here sends a GET.
  Status CacheableUnaryCall(ServerContext* context, const SimpleRequest* request, SimpleResponse* response) override {
    std::lock_guard<std::mutex> lock(mutex_);
    std::time_t now = std::time(nullptr);
    auto& kept = cache_[request->payload().body()];
    if (kept.second <= now) {
      kept = {std::to_string(std::chrono::system_clock::now().time_since_epoch().count()), now + kMaxAgeS};
    }
    context->AddInitialMetadata("cache-control", "max-age=" + std::to_string(kMaxAgeS) + ", public");
    response->mutable_payload()->set_body(kept.first);
    return Status::OK;
  }

  Status StreamingOutputCall(ServerContext* context, const StreamingOutputCallRequest* request,
                             grpc::ServerWriter<StreamingOutputCallResponse>* writer) override {
    Echo(context);
    context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
    Answer(*request, writer);
    return Asked(*request);
  }

  Status StreamingInputCall(ServerContext* context, grpc::ServerReader<StreamingInputCallRequest>* reader,
                            StreamingInputCallResponse* response) override {
    Echo(context);
    StreamingInputCallRequest request;
    int sum = 0;
    while (reader->Read(&request)) {
      if (!Honest(context, request)) {
        return Dishonest();
      }
      sum += static_cast<int>(request.payload().body().size());
    }
    response->set_aggregated_payload_size(sum);
    return Status::OK;
  }

  using Duplex = grpc::ServerReaderWriter<StreamingOutputCallResponse, StreamingOutputCallRequest>;

  Status FullDuplexCall(ServerContext* context, Duplex* stream) override {
    Echo(context);
    StreamingOutputCallRequest request;
    while (stream->Read(&request)) {
      if (request.response_status().code() != 0) {
        return Asked(request);
      }
      Answer(request, stream);
    }
    return Status::OK;
  }

  Status HalfDuplexCall(ServerContext* context, Duplex* stream) override {
    Echo(context);
    std::vector<StreamingOutputCallRequest> requests;
    StreamingOutputCallRequest request;
    while (stream->Read(&request)) {
      requests.push_back(request);
    }
    for (const auto& one : requests) {
      Answer(one, stream);
    }
    return Status::OK;
  }

  std::mutex mutex_;
  std::map<std::string, std::pair<std::string, std::time_t>> cache_;
};

}  // namespace

int main(int argc, char** argv) {
  auto flags = peer::Flags(argc, argv);
  const std::string port = flags.count("--port") ? flags["--port"] : "0";
  Service service;
  int bound = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort((port == "0" ? "127.0.0.1:" : "[::]:") + port, grpc::InsecureServerCredentials(), &bound);
  builder.RegisterService(&service);
  auto server = builder.BuildAndStart();
  if (!server || bound == 0) {
    std::cerr << "--port=" << port << ": cannot listen\n";
    return 1;
  }
  std::cout << "listening on port " << bound << std::endl;
  if (std::getenv("END_WITH_INPUT")) {
    // Whoever started it may have died without a word: its end of the pipe closes then.
    std::cin.ignore(1 << 30, EOF);
    return 0;
  }
  server->Wait();
  return 0;
}

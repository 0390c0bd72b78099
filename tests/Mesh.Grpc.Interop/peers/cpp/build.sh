#!/bin/sh
# Builds the C++ peer into build/. Needs g++, protobuf-compiler-grpc and libgrpc++-dev.
set -eu
cd "$(dirname "$0")"
mkdir -p build
protoc -I ../../Protos --cpp_out=build --grpc_out=build --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" \
  ../../Protos/empty.proto ../../Protos/messages.proto ../../Protos/test.proto
cd build
for source in empty.pb.cc messages.pb.cc test.pb.cc test.grpc.pb.cc ../server.cc ../client.cc; do
  g++ -std=c++17 -O0 -I. -c "$source"
done
shared="empty.pb.o messages.pb.o test.pb.o test.grpc.pb.o"
for program in server client; do
  g++ "$program.o" $shared -lgrpc++ -lgrpc -lgpr -lprotobuf -labsl_synchronization -lpthread -o "$program"
done

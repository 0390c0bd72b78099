"""What client and server share: the messages of grpc.testing, and the official flags.

The messages come from a descriptor set (--descriptors=FILE), which the C# program writes: Debian's protobuf is older
than the compiler that this tree uses, and its generated code would not load.
"""

import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "grpc.testing."


def flags(*known):
    """Reads --name=value."""
    values = {}
    for argument in sys.argv[1:]:
        name, given, value = argument.partition("=")
        if name not in known or not given:
            sys.exit(f"{argument}: expected {', '.join(k + '=VALUE' for k in known)}")
        values[name] = value
    return values


class Messages:
    """The message classes, as attributes, and the methods of the services."""

    def __init__(self, path):
        pool = descriptor_pool.DescriptorPool()
        with open(path, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read()).file
        for file in files:
            pool.Add(file)
        factory = message_factory.MessageFactory(pool)
        for file in files:
            for message in file.message_type:
                prototype = factory.GetPrototype(pool.FindMessageTypeByName(PACKAGE + message.name))
                setattr(self, message.name, prototype)
        self._pool = pool
        self._factory = factory

    def methods(self, service):
        """Each method of a service: its full name, its descriptor, and the classes of request and response."""
        found = self._pool.FindServiceByName(PACKAGE + service)
        for method in found.methods:
            yield (
                f"/{found.full_name}/{method.name}",
                method,
                self._factory.GetPrototype(method.input_type),
                self._factory.GetPrototype(method.output_type),
            )


# Whether requests and responses are streams: the descriptors of this version of protobuf do not say.
STREAMS = {
    "StreamingOutputCall": (False, True),
    "StreamingInputCall": (True, False),
    "FullDuplexCall": (True, True),
    "HalfDuplexCall": (True, True),
}

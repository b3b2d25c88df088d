"""A product that takes everybody for alice and answers at once, for many requests a second. Prints
its port; ends when it is ended. Requests have no body."""

import asyncio

BODY = b'{"name":"alice"}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nX-AUSERNAME: alice\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.unread = transport, b""

    def data_received(self, data):
        *requests, self.unread = (self.unread + data).split(b"\r\n\r\n")
        self.transport.write(ANSWER * len(requests))


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

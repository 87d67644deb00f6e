import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { stopAtEnd } from './cleanup.js';

/** What a proxy does with its connections. */
type Mode = 'forward' | 'refuse' | 'blackhole';

/**
 * Something between a client and a server that can go wrong: `refuse` cuts every connection and stops listening, so
 * that new ones are refused; `blackhole` keeps connections open, takes new ones and lets no byte through in either
 * direction, as a firewall that forgot us does.
 */
export class TcpProxy {
  private mode: Mode = 'forward';
  private port = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly target: { readonly host: string; readonly port: number }) {
    this.server = createServer((socket) => this.accept(socket));
  }

  /** A proxy before `url`'s server. Closed at the end of the file. */
  static async before(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port) });
    await proxy.listen();
    stopAtEnd('a proxy', () => proxy.close());
    return proxy;
  }

  /** `url` with the proxy in place of its server. */
  insteadOf(url: string): string {
    const changed = new URL(url);
    changed.hostname = '127.0.0.1';
    changed.port = String(this.port);
    return changed.href;
  }

  /** Cuts every connection and refuses new ones. */
  async refuse(): Promise<void> {
    this.mode = 'refuse';
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cutAll();
    await closed;
  }

  /** Stops every byte, in both directions, and says nothing. */
  blackhole(): void {
    this.mode = 'blackhole';
    for (const socket of this.sockets) socket.pause();
  }

  /** Forwards again, on the same port. What hung in a black hole is cut, as a real outage would end. */
  async resume(): Promise<void> {
    if (this.mode === 'blackhole') this.cutAll();
    if (!this.server.listening) await this.listen();
    this.mode = 'forward';
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  private async close(): Promise<void> {
    this.cutAll();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket): void {
    this.keep(socket);
    if (this.mode === 'blackhole') {
      socket.pause();
      return;
    }
    const upstream = connect(this.target);
    this.keep(upstream);
    this.join(socket, upstream);
    this.join(upstream, socket);
  }

  private join(from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => to.write(bytes));
    from.on('close', () => to.destroy());
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

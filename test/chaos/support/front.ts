import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A load balancer as plain as can be: each connection goes to the next gateway that lets it in. It learns of a death by
 * a refused connection, as a real one would, and cuts a connection when either side does.
 */
export class Front {
  private readonly sockets = new Set<Socket>();
  private backends: number[] = [];
  private next = 0;
  private preferred: number | null = null;
  private readonly server = createServer((client) => this.serve(client));

  /** Begins to listen on a free port of 127.0.0.1. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  /** Where clients and the platform connect. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sends connections also to this port. */
  add(port: number): void {
    this.backends.push(port);
  }

  /** Sends no more connections to this port; those that exist stay. */
  remove(port: number): void {
    this.backends = this.backends.filter((p) => p !== port);
  }

  /** Sends every new connection to this port as long as it lets them in; to the others by turns when null. */
  prefer(port: number | null): void {
    this.preferred = port;
  }

  /** Cuts every connection, so that clients connect anew and gateways that came later get their share. */
  rebalance(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Cuts everything. */
  async close(): Promise<void> {
    this.rebalance();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(client: Socket): void {
    this.track(client);
    this.next += 1;
    const start = this.next;
    const order = this.backends.map((_, i) => this.backends[(start + i) % this.backends.length] as number);
    this.tryNext(client, this.preferred === null ? order : [this.preferred, ...order]);
  }

  private tryNext(client: Socket, ports: readonly number[]): void {
    const [port, ...others] = ports;
    if (port === undefined || client.destroyed) {
      client.destroy();
      return;
    }
    const backend = connect(port, '127.0.0.1');
    this.track(backend);
    const refused = () => this.tryNext(client, others);
    backend.once('error', refused);
    backend.once('connect', () => {
      backend.removeListener('error', refused);
      client.on('close', () => backend.destroy());
      backend.on('close', () => client.destroy());
      client.pipe(backend);
      backend.pipe(client);
    });
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}

import { connect, type Socket } from 'node:net';

const END_OF_HEAD = '\r\n\r\n';

/**
 * One kept HTTP/1.1 connection that writes whole prepared requests, one at a time. It knows just enough HTTP for answers
 * with a Content-Length, because the load generator shares the cores with what it measures and must cost little.
 */
export class HttpLane {
  private received = '';
  private waiting: { resolve(status: number): void; reject(error: Error): void } | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => this.take(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  /** Connects to a port of this machine. */
  static async open(port: number): Promise<HttpLane> {
    const socket = connect({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new HttpLane(socket);
  }

  /** Writes a request and resolves with the status of its answer. Rejects when the connection breaks. */
  exchange(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  /** Ends the connection. */
  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  private take(chunk: string): void {
    this.received += chunk;
    const headEnd = this.received.indexOf(END_OF_HEAD);
    if (headEnd < 0) return;
    const length = /content-length: (\d+)/i.exec(this.received)?.[1] ?? '0';
    if (this.received.length < headEnd + END_OF_HEAD.length + Number(length)) return;
    const status = Number(this.received.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3));
    this.received = '';
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve(status);
  }

  private fail(error: Error): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.reject(error);
  }
}

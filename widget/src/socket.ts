// Socket.IO over one WebSocket: as much of Engine.IO 4 and Socket.IO 5 as channels/web/README.md needs, in place of a 13 kB library.

type Given = Record<string, unknown>;
type Hear = (event: string, given: Given) => void;

const PATIENCE = 20_000;
const OPENING = 8_000;

export class Socket {
  private _socket: WebSocket;
  private _asked = new Map<number, { done: (given: Given) => void; fail: (error: Error) => void; timer: number }>();
  private _count = 0;
  private _silence = 45_000;
  private _watch = 0;
  private _closed: () => void;

  private constructor(socket: WebSocket, hear: Hear, closed: () => void) {
    this._socket = socket;
    this._closed = closed;
    socket.onmessage = ({ data }) => {
      this._alive();
      if (typeof data === "string") this._read(data, hear);
    };
    socket.onclose = () => this.close();
  }

  /** A connected socket. Throws where none can be had. */
  static open(address: string, hear: Hear, closed: () => void): Promise<Socket> {
    return new Promise((done, fail) => {
      const socket = new WebSocket(`${address}?EIO=4&transport=websocket`);
      const give = () => {
        socket.onclose = null;
        socket.close();
        fail(new Error("no socket"));
      };
      const timer = window.setTimeout(give, OPENING);
      socket.onerror = socket.onclose = () => {
        clearTimeout(timer);
        fail(new Error("no socket"));
      };
      socket.onmessage = ({ data }) => {
        const text = String(data);
        if (text.startsWith("0")) return socket.send("40");
        if (text.startsWith("2")) return socket.send("3");
        if (!text.startsWith("40")) return;
        clearTimeout(timer);
        socket.onerror = null;
        done(new Socket(socket, hear, closed));
      };
    });
  }

  /** Send an event, and wait for its acknowledgement. */
  ask(event: string, given: Given): Promise<Given> {
    return new Promise((done, fail) => {
      if (this._socket.readyState !== WebSocket.OPEN) return fail(new Error("the socket is closed"));
      const id = this._count++;
      const timer = window.setTimeout(() => {
        this._asked.delete(id);
        fail(new Error("no acknowledgement"));
        this.close();
      }, PATIENCE);
      this._asked.set(id, { done, fail, timer });
      this._socket.send(`42${id}${JSON.stringify([event, given])}`);
    });
  }

  close(): void {
    clearTimeout(this._watch);
    this._socket.onclose = this._socket.onmessage = null;
    this._socket.close();
    for (const { fail, timer } of this._asked.values()) {
      clearTimeout(timer);
      fail(new Error("the socket was closed"));
    }
    this._asked.clear();
    const closed = this._closed;
    this._closed = () => {};
    closed();
  }

  /** A server that says nothing for longer than its own pings are apart is gone, whatever the network believes. */
  private _alive(): void {
    clearTimeout(this._watch);
    this._watch = window.setTimeout(() => this.close(), this._silence);
  }

  private _read(text: string, hear: Hear): void {
    if (text === "2") return this._socket.send("3");
    if (text.startsWith("41")) return this.close();
    const packet = /^4([23])(\d*)(\[[\s\S]*)$/.exec(text);
    if (!packet) return;
    let list: unknown;
    try {
      list = JSON.parse(packet[3]!);
    } catch {
      return;
    }
    if (!Array.isArray(list)) return;
    if (packet[1] === "2") return hear(String(list[0]), objectOf(list[1]));
    const asked = this._asked.get(Number(packet[2]));
    if (!asked) return;
    this._asked.delete(Number(packet[2]));
    clearTimeout(asked.timer);
    asked.done(objectOf(list[0]));
  }
}

export function objectOf(given: unknown): Given {
  return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Given) : {};
}

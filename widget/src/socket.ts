// Socket.IO over one WebSocket: as much of Engine.IO 4 and Socket.IO 5 as channels/web/README.md needs, in place of a 13 kB library.

type Given = Record<string, unknown>;
type Hear = (event: string, given: Given) => void;

const PATIENCE = 20_000;
const OPENING = 8_000;

export class Socket {
  #socket: WebSocket;
  #asked = new Map<number, { done: (given: Given) => void; fail: (error: Error) => void; timer: number }>();
  #count = 0;
  #silence = 45_000;
  #watch = 0;
  #closed: () => void;

  private constructor(socket: WebSocket, hear: Hear, closed: () => void) {
    this.#socket = socket;
    this.#closed = closed;
    socket.onmessage = ({ data }) => {
      this.#alive();
      if (typeof data === "string") this.#read(data, hear);
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
      if (this.#socket.readyState !== WebSocket.OPEN) return fail(new Error("the socket is closed"));
      const id = this.#count++;
      const timer = window.setTimeout(() => {
        this.#asked.delete(id);
        fail(new Error("no acknowledgement"));
        this.close();
      }, PATIENCE);
      this.#asked.set(id, { done, fail, timer });
      this.#socket.send(`42${id}${JSON.stringify([event, given])}`);
    });
  }

  close(): void {
    clearTimeout(this.#watch);
    this.#socket.onclose = this.#socket.onmessage = null;
    this.#socket.close();
    for (const { fail, timer } of this.#asked.values()) {
      clearTimeout(timer);
      fail(new Error("the socket was closed"));
    }
    this.#asked.clear();
    const closed = this.#closed;
    this.#closed = () => {};
    closed();
  }

  /** A server that says nothing for longer than its own pings are apart is gone, whatever the network believes. */
  #alive(): void {
    clearTimeout(this.#watch);
    this.#watch = window.setTimeout(() => this.close(), this.#silence);
  }

  #read(text: string, hear: Hear): void {
    if (text === "2") return this.#socket.send("3");
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
    const asked = this.#asked.get(Number(packet[2]));
    if (!asked) return;
    this.#asked.delete(Number(packet[2]));
    clearTimeout(asked.timer);
    asked.done(objectOf(list[0]));
  }
}

export function objectOf(given: unknown): Given {
  return typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Given) : {};
}

// Stands in for the Graph API at the least cost: every send is accepted after a fixed latency, nothing is limited and
// no webhook comes. Arguments: latency in ms, count of numbers. Prints `listening on PORT`.
//   POST /_reset    forgets what came; `?record=1` keeps sends for GET /_sends (NDJSON of wamid, to, phone_number_id, token)
//   GET  /_count    how many sends came
//   GET  /_arrivals `?count=N`: arrival times of sends 1 … N in epoch milliseconds, as a JSON array
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { phoneNumberIds } from '../accounts.js';

const [latency = '0', numbers = '1'] = process.argv.slice(2);
const latencyMs = Number(latency);

interface RecordedSend {
  readonly wamid: string;
  readonly to: string;
  readonly phone_number_id: string;
  readonly token: string;
}

let arrivals: number[] = [];
let sends: RecordedSend[] = [];
let recording = false;
let sequence = 0;

function receiveSend(req: IncomingMessage, res: ServerResponse): void {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (chunk: string) => {
    text += chunk;
  });
  req.on('end', () => {
    arrivals.push(performance.timeOrigin + performance.now());
    sequence += 1;
    const wamid = `wamid.${Buffer.from(`bench-${process.pid}-${sequence}`).toString('base64')}`;
    const to = /"to":"([^"]+)"/.exec(text)?.[1] ?? '';
    if (recording) {
      const token = /"biz_opaque_callback_data":"([^"]+)"/.exec(text)?.[1] ?? '';
      sends.push({ wamid, to: to.replace('+', ''), phone_number_id: req.url?.split('/')[2] ?? '', token });
    }
    const body = `{"messaging_product":"whatsapp","contacts":[{"input":"${to}","wa_id":"${to.replace('+', '')}"}],"messages":[{"id":"${wamid}"}]}`;
    if (latencyMs === 0) answer(res, body);
    else setTimeout(answer, latencyMs, res, body);
  });
}

function answer(res: ServerResponse, body: string): void {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

function answerRead(req: IncomingMessage, res: ServerResponse): void {
  const url = new URL(req.url ?? '/', 'http://stub');
  if (url.pathname === '/_reset') {
    [arrivals, sends, recording] = [[], [], url.searchParams.has('record')];
    answer(res, '{}');
  } else if (url.pathname === '/_count') {
    answer(res, String(arrivals.length));
  } else if (url.pathname === '/_arrivals') {
    answer(res, JSON.stringify(arrivals.slice(0, Number(url.searchParams.get('count')))));
  } else if (url.pathname === '/_sends') {
    answer(res, sends.map((send) => JSON.stringify(send)).join('\n'));
  } else if (url.pathname.endsWith('/phone_numbers')) {
    answer(res, JSON.stringify({ data: phoneNumberIds(Number(numbers)).map(numberOf) }));
  } else {
    answer(res, JSON.stringify(numberOf(url.pathname.split('/').at(-1) ?? '')));
  }
}

function numberOf(id: string): object {
  return {
    id,
    display_phone_number: `+${id}`,
    verified_name: 'Bench',
    quality_rating: 'GREEN',
    status: 'CONNECTED',
    throughput: { level: 'HIGH' },
  };
}

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  if (req.method === 'POST' && req.url?.endsWith('/messages')) receiveSend(req, res);
  else answerRead(req, res);
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${(server.address() as { port: number }).port}`);
});
process.on('SIGTERM', () => process.exit(0));

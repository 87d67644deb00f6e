import type { PhoneNumber } from '../assets/platform-state.js';
import { DONE } from '../control/control-registry.js';
import { graphRefusal } from '../graph/graph-error.js';
import { refused } from '../graph/graph-router.js';
import type { NodeRoute } from '../graph/registry.js';
import { json } from '../http/reply.js';
import { readReceiptProblem } from '../messages/message.js';
import { Checker } from '../scenario/check.js';
import { readDelays, readRecipients } from '../scenario/scenario.js';
import type { World } from '../world.js';
import { DEFAULT_BEHAVIOUR, readBehaviour } from './behaviour-settings.js';
import { agreesWithTemplate, marketingOnly, uploadedMedia } from './content-gates.js';
import { brokenLinks, closedWindow, experiment, failingSenders, optedOut, stoppedInUs } from './fates.js';
import { HeldMessages } from './held-messages.js';
import { MessageLives } from './message-lives.js';
import { peopleCalls } from './people-calls.js';
import { notToItself, passwordsToPhones, sameIdentity } from './recipient-gates.js';
import { SendDesk } from './send-desk.js';
import { isReadReceipt } from './send-request.js';
import { marketingDetour, refusedSenders } from './sender-gates.js';

/** `POST /{phone}/messages` and `/marketing_messages`: sends, read receipts and typing indicators. */
export function sendsModule(world: World): void {
  const { scenario, graph, assets, state, people, traffic } = world;
  const lives = new MessageLives({
    world,
    delays: scenario.section('delays', readDelays),
    recipients: scenario.section('recipients', readRecipients),
  });
  const held = state.keep('held messages', new HeldMessages(world, lives));
  const desk = new SendDesk({ world, lives, held });
  putRules(world);
  peopleCalls(world);
  traffic.on('inbound', ({ phoneNumberId, waId, userId, atMs }) => {
    people.wrote(phoneNumberId, waId ?? userId ?? '', atMs);
  });
  graph.on(assets.phoneNode, [messages(desk), marketingMessages(desk)]);
  // What a client tried without a good token or number is in the ledger too.
  for (const edge of ['messages', 'marketing_messages']) {
    graph.witnessRefusals('POST', edge, async ({ atMs, id, body }, refusal) => {
      if (!isReadReceipt(body)) await desk.refuse(atMs, id, body, refusal);
    });
  }
}

const messages = (desk: SendDesk): NodeRoute<PhoneNumber> => ({
  method: 'POST',
  edge: 'messages',
  budget: 'messaging',
  answer: ({ body }, number) => {
    if (!isReadReceipt(body)) return desk.take('messages', number, body);
    const problem = readReceiptProblem(body);
    return problem ? refused(graphRefusal(problem.code, problem.details)) : json({ success: true });
  },
});

const marketingMessages = (desk: SendDesk): NodeRoute<PhoneNumber> => ({
  method: 'POST',
  edge: 'marketing_messages',
  budget: 'messaging',
  answer: ({ body }, number) => desk.take('marketing_messages', number, body),
});

/** Puts the rules of sending, and `GET` and `POST /_simulator/behaviour` which set them. */
function putRules({ scenario, state, rules, people, random, control }: World): void {
  const initial = scenario.section('behaviour', (check, json, path) =>
    readBehaviour(check, json, path, DEFAULT_BEHAVIOUR),
  );
  const behaviour = state.cell('behaviour', () => ({ ...initial }));
  rules.gate('sender', refusedSenders(behaviour));
  rules.gate('sender', marketingDetour(behaviour));
  for (const gate of [notToItself, sameIdentity(people), passwordsToPhones]) rules.gate('recipient', gate);
  for (const gate of [agreesWithTemplate(behaviour), marketingOnly, uploadedMedia(behaviour, rules)])
    rules.gate('content', gate);
  for (const fate of [
    failingSenders(behaviour),
    closedWindow(behaviour, people),
    optedOut(people),
    stoppedInUs(behaviour),
    experiment(behaviour, random.stream('experiment')),
    brokenLinks(behaviour),
  ])
    rules.fate(fate);
  control.on('GET /_simulator/behaviour', () => json(behaviour.current));
  control.on('POST /_simulator/behaviour', ({ body }) => {
    const check = new Checker();
    const changed = readBehaviour(check, body, 'body', behaviour.current);
    check.done();
    Object.assign(behaviour.current, changed);
    return DONE;
  });
}

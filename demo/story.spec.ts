import { describe, expect, it } from '@jest/globals';
import { storyText } from './story.js';
import type { GatewayEvent, GatewayMessage } from './wire.js';

const event = (version: number, name: string, data = {}): GatewayEvent => ({
  id: `${version}`,
  type: `io.heliograph.message.${name}.v1`,
  subject: 'm1',
  time: `2026-12-01T09:00:0${version}.250Z`,
  version,
  data,
});

const MESSAGE: GatewayMessage = {
  id: 'm1',
  to: '+15550100001',
  state: 'submitted',
  status: 'read',
  attempts: [{ number: 1, outcome: 'accepted', evidence: 'webhook' }],
};

describe('the story of a message', () => {
  it('tells that a webhook resolved what a lost answer left open', () => {
    const events = [event(1, 'queued'), event(2, 'unknown'), event(3, 'submitted', { evidence: 'webhook' })];
    const lines = storyText('Title', MESSAGE, events).split('\n');
    expect(lines[3]).toMatch(/09:00:02\.250 {2}unknown .*NOT sent again/);
    expect(lines[4]).toMatch(/submitted .*known by a webhook/);
    expect(lines[5]).toContain('attempt 1: accepted, known by a webhook');
  });

  it('tells an event that it has no words for by its name', () => {
    expect(storyText('Title', MESSAGE, [event(1, 'pricing_changed')])).toContain('pricing_changed');
  });
});

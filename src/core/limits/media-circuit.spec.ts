import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isMediaError, isMediaKind, MediaCircuit } from './media-circuit.js';

describe('the circuit of media', () => {
  it('opens after five failures in a row, for two hours', () => {
    const circuit = new MediaCircuit();
    const opened = Array.from({ length: 5 }, (_, i) => circuit.failed(i));
    expect(opened).toEqual([false, false, false, false, true]);
    expect(circuit.freeAtMs).toBe(4 + 7_200_000);
  });

  it('begins to count anew after each success', () => {
    const circuit = new MediaCircuit();
    for (let i = 0; i < 20; i += 1) {
      expect(circuit.failed(i)).toBe(false);
      if (i % 4 === 3) circuit.succeeded();
    }
  });

  it('is not held open by failures that were under way when it opened', () => {
    const circuit = new MediaCircuit();
    for (let i = 0; i < 12; i += 1) circuit.failed(0);
    expect(circuit.freeAtMs).toBe(7_200_000);
  });

  it('goes on from how another one stood, at any moment, as if it had been one', () => {
    const told = fc.array(fc.record({ isTaken: fc.boolean(), inMs: fc.nat(4 * 3_600_000) }), { maxLength: 40 });
    fc.assert(
      fc.property(told, fc.nat(40), (news, handedOverAt) => {
        const one = new MediaCircuit();
        let other = new MediaCircuit();
        let nowMs = 0;
        for (const [i, { isTaken, inMs }] of news.entries()) {
          if (i === handedOverAt) other = new MediaCircuit({ failures: other.failures, freeAtMs: other.freeAtMs });
          nowMs += inMs;
          for (const circuit of [one, other]) isTaken ? circuit.succeeded() : circuit.failed(nowMs);
          expect(other.freeAtMs).toBe(one.freeAtMs);
        }
      }),
    );
  });

  it('pauses from the last failure on when it is told that too many failed, and counts anew', () => {
    const circuit = new MediaCircuit({ failures: 3, freeAtMs: Number.NEGATIVE_INFINITY });
    circuit.failedTooOften(1000);
    expect([circuit.failures, circuit.freeAtMs]).toEqual([0, 7_201_000]);
    circuit.failedTooOften(500);
    expect(circuit.freeAtMs).toBe(7_201_000);
  });

  it('is about files, and about errors of files', () => {
    expect(['image', 'document', 'text', 'template'].map(isMediaKind)).toEqual([true, true, false, false]);
    expect([131053, 131026, null].map(isMediaError)).toEqual([true, false, false]);
  });
});

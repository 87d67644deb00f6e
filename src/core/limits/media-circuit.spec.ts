import { describe, expect, it } from '@jest/globals';
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

  it('is about files, and about errors of files', () => {
    expect(['image', 'document', 'text', 'template'].map(isMediaKind)).toEqual([true, true, false, false]);
    expect([131053, 131026, null].map(isMediaError)).toEqual([true, false, false]);
  });
});

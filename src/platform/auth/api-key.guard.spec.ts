import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { callOf, type WireCall } from '../transport/wire-call.js';
import { ApiKeyGuard, Public, Scope } from './api-key.guard.js';
import { Authenticator, type Principal } from './principal.js';

class Keys extends Authenticator {
  async authenticate(key: string): Promise<Principal | null> {
    if (key === 'operator') return { kind: 'operator' };
    if (key !== 'writer') return null;
    return { kind: 'tenant', portfolioId: 'p', keyId: 'k', scopes: new Set(['messages:write']) };
  }
}

class Controller {
  @Scope('messages:write')
  write(): void {}
  @Scope('messages:read')
  read(): void {}
  @Public()
  health(): void {}
  forgotten(): void {}
}

type Handler = 'write' | 'read' | 'health' | 'forgotten';

function call(handler: Handler, authorization?: string): { request: WireCall; answer: Promise<boolean> } {
  const request = { headers: { authorization } };
  const context = {
    getType: () => 'http',
    getHandler: () => Controller.prototype[handler],
    getClass: () => Controller,
    switchToHttp: () => ({ getRequest: () => request }),
  };
  const guard = new ApiKeyGuard(new Reflector(), new Keys());
  const answer = guard.canActivate(context as unknown as ExecutionContext);
  return { request: callOf(context as unknown as ExecutionContext), answer };
}

describe('an operation', () => {
  it('opens to a key with its scope, and knows for whom it works', async () => {
    const { request, answer } = call('write', 'Bearer writer');
    expect(await answer).toBe(true);
    expect(request.principal).toMatchObject({ kind: 'tenant', portfolioId: 'p' });
  });

  it.each([undefined, '', 'writer', 'Basic writer', 'Bearer nobody', 'Bearer writer extra'])(
    'is closed to %j, because it is no live key',
    async (authorization) => {
      const { request, answer } = call('write', authorization);
      await expect(answer).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(request.principal).toBeUndefined();
    },
  );

  it('is closed to a key without its scope, and names the scope', async () => {
    await expect(call('read', 'Bearer writer').answer).rejects.toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('messages:read'),
    });
  });

  it('opens to the operator', async () => {
    expect(await call('read', 'Bearer operator').answer).toBe(true);
  });

  it('is open to everybody when it says so', async () => {
    expect(await call('health').answer).toBe(true);
  });

  it('is closed to everybody when it says nothing', async () => {
    await expect(call('forgotten', 'Bearer writer').answer).rejects.toMatchObject({ code: 'forbidden' });
    await expect(call('forgotten', 'Bearer operator').answer).rejects.toMatchObject({ code: 'forbidden' });
  });
});

import { expect, it } from '@jest/globals';
import { GatewayError } from '../../../core/gateway-error.js';
import { toGrpcError } from './status.js';

it('keeps what it says of an error within the 8 kB that clients take in a trailer, however much Meta said', () => {
  const long = '\u{1F4E6}'.repeat(5000);
  const meta = { code: 131000, subcode: 2494010, details: long, fbtrace_id: 'Az8or2yhqkZfEZ-_4Qn_Bam' };
  const { details = '', metadata } = toGrpcError(new GatewayError('meta_refused', long, { meta, retryAfterMs: 1000 }));
  const [bytes] = metadata?.get('grpc-status-details-bin') ?? [];
  expect((bytes as Buffer).toString('base64').length + encodeURIComponent(details).length).toBeLessThan(8000);
});

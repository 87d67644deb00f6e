import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service.js';
import { unknownObject } from '../core/cloud-api/graph-error-body.js';
import { GatewayError } from '../core/gateway-error.js';
import type { MediaView } from '../media/media.dto.js';
import { MediaService } from '../media/media.service.js';
import type { Tenant } from '../platform/auth/principal.js';
import type { UploadPart } from '../platform/http/multipart.js';
import { Runtime } from '../platform/runtime.js';
import type { GraphAnswer } from './drop-in.service.js';
import { newTraceId } from './trace-id.js';

/** What asks for a file. */
export interface MediaCall {
  readonly method: 'GET' | 'DELETE';
  readonly id: string;
  /** Where the caller reached us, for links. */
  readonly origin: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The Cloud API's calls for files. What a client uploads is kept by us and answered with an id of ours: it works in
 * messages from every number of the portfolio and does not end after 30 days, as Meta's would.
 */
@Injectable()
export class DropInMediaService {
  constructor(
    private readonly media: MediaService,
    private readonly accounts: AccountsService,
    private readonly runtime: Runtime,
  ) {}

  /** `POST /{phone_number_id}/media`: keeps a file. */
  async upload(tenant: Tenant, phoneNumberId: string, parts: AsyncIterable<UploadPart>): Promise<GraphAnswer> {
    if (this.accounts.phoneNumber(phoneNumberId)?.portfolioId !== tenant.portfolioId) {
      return unknownObject('POST', phoneNumberId, newTraceId());
    }
    return { status: 200, body: { id: (await this.media.upload(tenant, parts)).id } };
  }

  /** `GET` and `DELETE /{media_id}`: shows a file with a link to its bytes, or removes it. */
  async answer(tenant: Tenant, call: MediaCall): Promise<GraphAnswer> {
    try {
      if (!UUID.test(call.id)) throw new GatewayError('not_found', 'This is no id of a file.');
      if (call.method === 'GET') {
        return { status: 200, body: this.shown(await this.media.get(tenant, call.id), call.origin) };
      }
      await this.media.remove(tenant, call.id);
      return { status: 200, body: { success: true } };
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'not_found') {
        return unknownObject(call.method, call.id, newTraceId());
      }
      throw error;
    }
  }

  /** As Meta shows it; the link wants the same key, and does not end after five minutes as Meta's does. */
  private shown(media: MediaView, origin: string): object {
    return {
      messaging_product: 'whatsapp',
      url: `${this.runtime.config.publicUrl ?? origin}/v1/media/${media.id}/content`,
      mime_type: media.mime_type,
      sha256: media.sha256,
      file_size: media.size_bytes,
      id: media.id,
    };
  }
}

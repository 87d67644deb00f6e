import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';

/** The id of a file in a path. */
export class MediaIdParam {
  @ApiProperty({
    format: 'uuid',
    description: 'The `id` that uploadMedia answered, or the `media_id` of a message from a person.',
  })
  @IsUUID(undefined, { message: 'id must be a UUID' })
  id: string;
}

/** A form with a file. */
export class UploadMediaForm {
  /** The bytes; the part's `filename` and content type say what they are. */
  @ApiProperty({ type: 'string', format: 'binary' })
  file: unknown;

  /** MIME type, when the part itself does not say it. */
  @ApiProperty({ required: false, example: 'image/jpeg' })
  type?: string;
}

/** A file. */
export class MediaView {
  /** Name it by this in messages: `image: {id}`. */
  @ApiProperty({ format: 'uuid' })
  id: string;
  /** Whether a caller uploaded it or a person sent it. */
  @ApiProperty({ enum: ['outbound', 'inbound'] })
  direction: 'outbound' | 'inbound';
  /** `stored`: we have its bytes. `remote`: Meta has them, and they are fetched when asked for. `expired`: nobody has. */
  @ApiProperty({ enum: ['stored', 'remote', 'expired'] })
  state: 'stored' | 'remote' | 'expired';
  /** In which kind of message it can be sent, or came. */
  @ApiProperty({ enum: ['image', 'audio', 'video', 'document', 'sticker'] })
  kind: string;
  @ApiProperty({ example: 'image/jpeg' })
  mime_type: string;
  @ApiProperty({ type: 'integer', nullable: true })
  size_bytes: number | null;
  /** Hash of the content in hex; of a `remote` file the one that its webhook told. */
  @ApiProperty({ type: String, nullable: true })
  sha256: string | null;
  @ApiProperty({ type: String, nullable: true })
  filename: string | null;
  /** Of a file that a person sent: the number that it came to. */
  @ApiProperty({ type: String, nullable: true })
  phone_number_id: string | null;
  /** Of a file that a person sent: Meta's id of it. */
  @ApiProperty({ type: String, nullable: true })
  meta_media_id: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsString, IsUUID, Length, Matches } from 'class-validator';

/** Most numbers of one pool. */
const MOST_NUMBERS = 50;

/** A pool as its owner wants it. */
export class PutPoolDto {
  /** How people call it; no two pools of a portfolio have the same name. */
  @ApiProperty({ minLength: 1, maxLength: 100, example: 'Campaigns' })
  @IsString({ message: 'name must be a text' })
  @Length(1, 100, { message: 'name must have 1 to 100 characters' })
  @Matches(/^\P{C}*$/u, { message: 'name must have no control characters' })
  name: string;

  /** Numbers of the portfolio, of any of its accounts. */
  @ApiProperty({ type: [String], minItems: 1, maxItems: MOST_NUMBERS, example: ['106540352242922'] })
  @IsArray({ message: 'phone_number_ids must be a list' })
  @ArrayMinSize(1, { message: 'phone_number_ids must name at least one number' })
  @ArrayMaxSize(MOST_NUMBERS, { message: `phone_number_ids must name at most ${MOST_NUMBERS} numbers` })
  @ArrayUnique({ message: 'phone_number_ids must name each number once' })
  @Matches(/^\d{1,32}$/, { each: true, message: 'phone_number_ids must be ids of Meta: digits only' })
  phone_number_ids: string[];
}

/** The id of a pool in a path. */
export class PoolIdParam {
  @ApiProperty({ format: 'uuid', description: 'The `id` that createPool answered.' })
  @IsUUID(undefined, { message: 'id must be a UUID' })
  id: string;
}

/** Which pool becomes what: the path and the body of REST in one. */
export class UpdatePoolDto extends PutPoolDto {
  @IsUUID(undefined, { message: 'id must be a UUID' })
  id: string;
}

/** Numbers of a portfolio that send for each other. */
export class PoolView {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty()
  name: string;
  @ApiProperty({ type: [String] })
  phone_number_ids: string[];
  @ApiProperty({ format: 'date-time' })
  created_at: string;
  @ApiProperty({ format: 'date-time' })
  changed_at: string;
  /** `api key <id>`. */
  @ApiProperty()
  changed_by: string;
}

/** The pools of a portfolio, by name. */
export class PoolList {
  @ApiProperty({ type: () => [PoolView] })
  pools: PoolView[];
}

/** What of a pool is kept with each of its changes. */
export class PoolSnapshot {
  @ApiProperty()
  name: string;
  @ApiProperty({ type: [String] })
  phone_number_ids: string[];
}

/** One change of a pool. */
export class PoolChangeView {
  @ApiProperty({ format: 'date-time' })
  changed_at: string;
  /** `api key <id>`. */
  @ApiProperty()
  changed_by: string;
  /** Null when the pool was made. */
  @ApiProperty({ type: () => PoolSnapshot, nullable: true })
  before: PoolSnapshot | null;
  /** Null when the pool was removed. */
  @ApiProperty({ type: () => PoolSnapshot, nullable: true })
  after: PoolSnapshot | null;
}

/** The changes of a pool, the newest first; the last 1,000. */
export class PoolHistory {
  @ApiProperty({ type: () => [PoolChangeView] })
  changes: PoolChangeView[];
}

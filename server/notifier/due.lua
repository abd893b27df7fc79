-- What the notifier reads and what it has to look at later. Parts of a bucket:
--   due      sorted set  item -> when it is due, in ms
--   claimed  sorted set  item -> when its claim ends, in ms. An item may be claimed and due again at once: it was put while it was being handled.
--   outbox, outbox-aside (documents nobody could read)
-- Functions on due items have KEYS[1] = the bucket's prefix.

-- due_put: has an item looked at after a while; one that waits already keeps its time. All times are Redis' own: the clocks of notifiers differ.
-- ARGV: 1 item, 2 how long from now in ms   Reply: 1 put, 0 it waits already
command('due_put', function(keys, argv)
  return redis.call('ZADD', keys[1] .. 'due', 'NX', int(now_ms() + tonumber(argv[2])), argv[1])
end)

-- due_claim: takes items that are due, each for a while: whoever takes one and dies leaves it due again when the claim ends.
-- ARGV: 1 how long a claim holds in ms, 2 most items   Reply: {when the claim ends, as a string; item, …}
command('due_claim', function(keys, argv)
  local due, claimed = keys[1] .. 'due', keys[1] .. 'claimed'
  if redis.call('EXISTS', due, claimed) == 0 then return { '0' } end
  local now = now_ms()
  local ends = int(now + tonumber(argv[1]))
  for _, item in ipairs(redis.call('ZRANGE', claimed, '-inf', int(now), 'BYSCORE', 'LIMIT', 0, argv[2])) do
    redis.call('ZADD', due, 'NX', int(now), item)
    redis.call('ZREM', claimed, item)
  end
  local items = redis.call('ZRANGE', due, '-inf', int(now), 'BYSCORE', 'LIMIT', 0, argv[2])
  for _, item in ipairs(items) do
    redis.call('ZREM', due, item)
    redis.call('ZADD', claimed, ends, item)
  end
  return { ends, unpack(items) }
end)

-- due_done: a claimed item has been handled. If the claim ended meanwhile and another took it, it stays his; if it was put again, it stays due.
-- ARGV: 1 item, 2 the time the claim ends   Reply: 1 removed, 0 not
command('due_done', function(keys, argv)
  if redis.call('ZSCORE', keys[1] .. 'claimed', argv[1]) ~= argv[2] then return 0 end
  return redis.call('ZREM', keys[1] .. 'claimed', argv[1])
end)

-- channel_standing: how players stand in a channel, of one moment.
-- KEYS: 1 owner's prefix, 2 bucket's prefix   ARGV: 1 channel, 2… players (at most a few hundred)
-- Reply: {'ok', epoch, head, count, lineage, name of the channel, {member's record (nil: not a member) of each player}, {read position (nil: none) of each}}
command('channel_standing', function(keys, argv)
  local owner = keys[1]
  local state = open_channel(owner, keys[2], argv[1])
  local reply = { 'ok', state.epoch, state.head, state.count, redis.call('HGET', owner .. 'head', 'lineage'), redis.call('HGET', owner .. 'info', 'name') or '', {}, {} }
  if #argv > 1 then
    reply[7] = redis.call('HMGET', owner .. 'members', unpack(argv, 2))
    reply[8] = redis.call('HMGET', owner .. 'read', unpack(argv, 2))
  end
  return reply
end)

-- channel_still: what may have changed, right before a push, about those whom notices of a channel are told to.
-- KEYS: 1 owner's prefix   ARGV: 1 number of notices, for each: seq, its author's number; then players, one at least
-- Reply: {'ok', {change ('' none), purge of all by its author ('' none), …}, {member's record ('' not a member), read position ('' none), …}}
command('channel_still', function(keys, argv)
  local owner, changes, rows = keys[1], {}, {}
  local last = 1 + 2 * tonumber(argv[1])
  for index = 2, last, 2 do
    changes[#changes + 1] = redis.call('HGET', owner .. 'changes', argv[index]) or ''
    changes[#changes + 1] = redis.call('HGET', owner .. 'purges', argv[index + 1]) or ''
  end
  local members = redis.call('HMGET', owner .. 'members', unpack(argv, last + 1))
  local read = redis.call('HMGET', owner .. 'read', unpack(argv, last + 1))
  for index = 1, #argv - last do
    rows[#rows + 1] = members[index] or ''
    rows[#rows + 1] = read[index] or ''
  end
  return { 'ok', changes, rows }
end)

local function is_older(id, than)
  local ms, sequence = string.match(id, '^(%d+)-(%d+)$')
  local than_ms, than_sequence = string.match(than, '^(%d+)-(%d+)$')
  ms, sequence, than_ms, than_sequence = tonumber(ms), tonumber(sequence), tonumber(than_ms), tonumber(than_sequence)
  return ms < than_ms or (ms == than_ms and sequence < than_sequence)
end

local function named(list)
  local fields = {}
  for index = 1, #list, 2 do fields[list[index]] = list[index + 1] end
  return fields
end

-- Forgets what every group of readers has finished with, and readers that own nothing and were not seen for `unseen` ms. Without a notifier's group what came within
-- `kept` ms stays for one that may come yet.
local function trim_outbox(bucket, unseen, kept)
  local outbox = bucket .. 'outbox'
  if redis.call('EXISTS', outbox) == 0 then return 0 end
  local oldest, is_read
  for _, row in ipairs(redis.call('XINFO', 'GROUPS', outbox)) do
    local group = named(row)
    local needed = group['last-delivered-id']
    local pending = redis.call('XPENDING', outbox, group['name'])
    if pending[1] > 0 then needed = pending[2] end
    if not oldest or is_older(needed, oldest) then oldest = needed end
    if group['name'] == 'notifier' then is_read = true end
    for _, reader in ipairs(redis.call('XINFO', 'CONSUMERS', outbox, group['name'])) do
      local consumer = named(reader)
      if consumer['pending'] == 0 and consumer['idle'] > unseen then
        redis.call('XGROUP', 'DELCONSUMER', outbox, group['name'], consumer['name'])
      end
    end
  end
  if not oldest then return 0 end
  local limit = int(now_ms() - kept) .. '-0'
  if not is_read and is_older(limit, oldest) then oldest = limit end
  return redis.call('XTRIM', outbox, 'MINID', oldest)
end

-- outbox_trim: forgets documents that all have read.
-- ARGV: 1 how long a reader may be unseen, in ms   Reply: number of entries removed
command('outbox_trim', function(keys, argv)
  return trim_outbox(keys[1], tonumber(argv[1]), 0)
end)

-- What the notifier has to look at later, per bucket: `due`, a sorted set of items by the time in ms at which they are due.
-- All functions here have KEYS[1] = the bucket's prefix, unless they say otherwise.

-- due_claim: items that are due, each taken for a while: whoever takes one and dies leaves it due again when the lease ends.
-- ARGV: 1 now in ms, 2 lease in ms, 3 most items   Reply: {item, …}, each now due at now + lease
command('due_claim', function(keys, argv)
  local due = keys[1] .. 'due'
  local items = redis.call('ZRANGE', due, '-inf', argv[1], 'BYSCORE', 'LIMIT', 0, argv[3])
  for _, item in ipairs(items) do redis.call('ZADD', due, int(argv[1] + argv[2]), item) end
  return items
end)

-- due_done: an item that was claimed is done; if it was set to another time meanwhile, it stays.
-- ARGV: 1 item, 2 the time its claim ends   Reply: 1 removed, 0 not
command('due_done', function(keys, argv)
  if redis.call('ZSCORE', keys[1] .. 'due', argv[1]) ~= argv[2] then return 0 end
  return redis.call('ZREM', keys[1] .. 'due', argv[1])
end)

-- digest_open: begins a channel's digest. The flag is cleared before the head is read, so that what is written from now on makes the next digest.
-- KEYS: 1 owner's prefix, 2 bucket's prefix   ARGV: 1 channel   Reply: {'ok', epoch, head, count}
command('digest_open', function(keys, argv)
  redis.call('HDEL', keys[1] .. 'head', 'news')
  local state = open_channel(keys[1], keys[2], argv[1])
  return { 'ok', state.epoch, state.head, state.count }
end)

-- outbox_trim: forgets what every group of readers has finished with.
-- Reply: number of entries removed
command('outbox_trim', function(keys, argv)
  local outbox = keys[1] .. 'outbox'
  if redis.call('EXISTS', outbox) == 0 then return 0 end
  local oldest
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', outbox)) do
    local fields = {}
    for index = 1, #group, 2 do fields[group[index]] = group[index + 1] end
    local needed = fields['last-delivered-id']
    local pending = redis.call('XPENDING', outbox, fields['name'])
    if pending[1] > 0 then needed = pending[2] end
    local ms, sequence = string.match(needed, '^(%d+)-(%d+)$')
    if not oldest or tonumber(ms) < oldest.ms or (tonumber(ms) == oldest.ms and tonumber(sequence) < oldest.sequence) then
      oldest = { ms = tonumber(ms), sequence = tonumber(sequence), id = needed }
    end
  end
  return oldest and redis.call('XTRIM', outbox, 'MINID', oldest.id) or 0
end)

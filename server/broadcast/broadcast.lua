-- Broadcasts of the studio. Their owner key is 'studio'. Parts:
--   broadcast:<id>   hash  spec (JSON, see shared/api/broadcast.ts), at, starts, ends (ms), state ('open', 'done', 'expired', 'cancelled'), over (when it was no more open, ms), cursor ('' the
--                          beginning, see audience.ts), looked, pushed (numbers of players), 'n:<outcome>:<reason>' (numbers of decisions)
--   broadcasts       zset  id -> at
--   broadcasts-open  zset  id -> at
-- and of its bucket: due, with 'broadcast:<id>' (see ../notifier/due.lua)

do
  local KEPT_MS = 30 * 86400000
  -- Old ones that one new one has forgotten.
  local FORGOTTEN = 20

  local function forget_old(owner, now)
    for _, id in ipairs(redis.call('ZRANGE', owner .. 'broadcasts', '-inf', int(now - KEPT_MS), 'BYSCORE', 'LIMIT', 0, FORGOTTEN)) do
      local over = redis.call('HGET', owner .. 'broadcast:' .. id, 'over')
      if not over or tonumber(over) < now - KEPT_MS then
        if redis.call('ZSCORE', owner .. 'broadcasts-open', id) == false then
          redis.call('DEL', owner .. 'broadcast:' .. id)
          redis.call('ZREM', owner .. 'broadcasts', id)
        end
      end
    end
  end

  local function close(owner, bucket, id, state, now)
    redis.call('HSET', owner .. 'broadcast:' .. id, 'state', state, 'over', int(now))
    redis.call('ZREM', owner .. 'broadcasts-open', id)
    redis.call('ZREM', bucket .. 'due', 'broadcast:' .. id)
  end

  -- broadcast_create: a broadcast is to be told from then on; the same again is the same.
  -- ARGV: 1 id, 2 spec (JSON), 3 start (ms; '' at once), 4 its life (ms), 5 end (ms; '' when its life is over), 6 most open ones
  -- Reply: {'ok', 1 made | 0 it was there}   Errors: {'key-reused'} (another has that id), {'broadcasts-full'}
  command('broadcast_create', function(keys, argv)
    local owner, bucket, id, now = keys[1], keys[2], argv[1], now_ms()
    local row = owner .. 'broadcast:' .. id
    local asked = argv[2] .. ' ' .. argv[3] .. ' ' .. argv[4] .. ' ' .. argv[5]
    local stored = redis.call('HGET', row, 'asked')
    if stored then
      if stored ~= asked then return { 'key-reused' } end
      return { 'ok', 0 }
    end
    if redis.call('ZCARD', owner .. 'broadcasts-open') >= tonumber(argv[6]) then return { 'broadcasts-full' } end
    local starts = math.max(now, tonumber(argv[3]) or 0)
    local ends = math.min(starts + tonumber(argv[4]), tonumber(argv[5]) or math.huge)
    redis.call('HSET', row, 'spec', argv[2], 'asked', asked, 'at', int(now), 'starts', int(starts), 'ends', int(ends), 'state', 'open', 'cursor', '')
    redis.call('ZADD', owner .. 'broadcasts', int(now), id)
    redis.call('ZADD', owner .. 'broadcasts-open', int(now), id)
    redis.call('ZADD', bucket .. 'due', 'NX', int(starts), 'broadcast:' .. id)
    forget_old(owner, now)
    return { 'ok', 1 }
  end)

  -- broadcast_next: where a broadcast is to be carried on. One whose time is over is closed.
  -- ARGV: 1 id   Reply: {'ok', 0 nowhere | 1, cursor, spec, start (ms), end (ms), now (ms)}
  command('broadcast_next', function(keys, argv)
    local now = now_ms()
    local row = redis.call('HMGET', keys[1] .. 'broadcast:' .. argv[1], 'state', 'cursor', 'spec', 'starts', 'ends')
    if row[1] ~= 'open' then return { 'ok', 0 } end
    if tonumber(row[5]) <= now then
      close(keys[1], keys[2], argv[1], 'expired', now)
      return { 'ok', 0 }
    end
    return { 'ok', 1, row[2], row[3], row[4], row[5], int(now) }
  end)

  -- broadcast_step: these players have been looked at, unless somebody else has said so.
  -- ARGV: 1 id, 2 cursor before, 3 cursor after, 4 1 when it is the end, 5… field and number of each count   Reply: {'ok', 1 | 0 it is elsewhere, or open no more}
  command('broadcast_step', function(keys, argv)
    local row = keys[1] .. 'broadcast:' .. argv[1]
    local stored = redis.call('HMGET', row, 'state', 'cursor')
    if stored[1] ~= 'open' or stored[2] ~= argv[2] then return { 'ok', 0 } end
    redis.call('HSET', row, 'cursor', argv[3])
    for index = 5, #argv, 2 do redis.call('HINCRBY', row, argv[index], argv[index + 1]) end
    if argv[4] == '1' then close(keys[1], keys[2], argv[1], 'done', now_ms()) end
    return { 'ok', 1 }
  end)

  -- broadcast_cancel: whoever was not told yet is told no more.   ARGV: 1 id   Reply: {'ok'}   Errors: {'broadcast-not-found'}
  command('broadcast_cancel', function(keys, argv)
    local state = redis.call('HGET', keys[1] .. 'broadcast:' .. argv[1], 'state')
    if not state then return { 'broadcast-not-found' } end
    if state ~= 'cancelled' then close(keys[1], keys[2], argv[1], 'cancelled', now_ms()) end
    return { 'ok' }
  end)

  -- broadcast_read: broadcasts as they are.   ARGV: ids   Reply: {'ok', now (ms), {field, value, …} of each; {} where there is none}
  command('broadcast_read', function(keys, argv)
    local reply = { 'ok', int(now_ms()) }
    for _, id in ipairs(argv) do reply[#reply + 1] = redis.call('HGETALL', keys[1] .. 'broadcast:' .. id) end
    return reply
  end)

  -- broadcast_page: ids, newest first.   ARGV: 1 the id before them ('' none), 2 most   Reply: {'ok', id, …}
  command('broadcast_page', function(keys, argv)
    local first = 0
    if argv[1] ~= '' then
      local rank = redis.call('ZREVRANK', keys[1] .. 'broadcasts', argv[1])
      if not rank then return { 'ok' } end
      first = rank + 1
    end
    return { 'ok', unpack(redis.call('ZRANGE', keys[1] .. 'broadcasts', first, first + tonumber(argv[2]) - 1, 'REV')) }
  end)

  -- broadcast_pushed: it was sent to so many more players.   ARGV: 1 id, 2 players   Reply: {'ok'}
  command('broadcast_pushed', function(keys, argv)
    local row = keys[1] .. 'broadcast:' .. argv[1]
    if redis.call('EXISTS', row) == 1 then redis.call('HINCRBY', row, 'pushed', argv[2]) end
    return { 'ok' }
  end)
end

-- Reading what happened from a bucket's outbox, in order. Functions have KEYS[1] = the bucket's prefix. The follower keeps its positions with what it made of the
-- documents (see feed.lua); the group `projector` only tells outbox_trim what is done with, and lags behind by a round or two, so that a feed that lost its tail
-- finds the documents again.

do
  local GROUP = 'projector'

  local function last_id(outbox)
    local stream = redis.pcall('XINFO', 'STREAM', outbox)
    return stream.err and '0-0' or named(stream)['last-generated-id']
  end

  -- Where to begin again: all before it is done with for good.
  local function done_id(outbox, last)
    if redis.call('EXISTS', outbox) == 0 then return '0-0' end
    for _, row in ipairs(redis.call('XINFO', 'GROUPS', outbox)) do
      local group = named(row)
      if group['name'] == GROUP and not is_older(last, group['last-delivered-id']) then return group['last-delivered-id'] end
    end
    return '0-0'
  end

  -- outbox_follow: has outbox_trim keep what the follower has not done with, from now on.
  -- Reply: {'ok'}
  command('outbox_follow', function(keys)
    redis.pcall('XGROUP', 'CREATE', keys[1] .. 'outbox', GROUP, '0', 'MKSTREAM')
    return { 'ok' }
  end)

  -- outbox_read: what happened after a position. Documents that are no events are passed over; an event that is too young ends it.
  -- ARGV: 1 position, 2 most documents looked at, 3 how old an event must be in ms
  -- Reply: {'ok', boot, position looked up to, in how many ms the next event will be old enough (-1: none waits), 1 there is more | 0; id, document of each event}
  -- Errors: {'behind', a position to go on from}: the outbox ends before the position, since Redis lost its tail
  command('outbox_read', function(keys, argv)
    local outbox, upto, most, settle = keys[1] .. 'outbox', argv[1], tonumber(argv[2]), tonumber(argv[3])
    local rows = redis.call('XRANGE', outbox, '(' .. upto, '+', 'COUNT', most)
    if #rows == 0 and upto ~= '0-0' then
      local last = last_id(outbox)
      if is_older(last, upto) then return { 'behind', done_id(outbox, last) } end
    end
    local now, wait, events = nil, -1, {}
    for _, row in ipairs(rows) do
      local document = row[2][2]
      -- Within a text quotes are escaped, so nobody can write this into one.
      if string.find(document, '"type":"event"', 1, true) then
        local at = cjson.decode(document).at or 0
        now = now or now_ms()
        -- What is from the future was written before the clock was set back.
        if at <= now and now - at < settle then
          wait = settle - (now - at)
          break
        end
        events[#events + 1] = row[1]
        events[#events + 1] = document
      end
      upto = row[1]
    end
    return { 'ok', boot(), upto, wait, (wait < 0 and #rows == most) and 1 or 0, unpack(events) }
  end)

  -- outbox_stands: answers when replicas have what this server, and no other, had written before. Writes nothing.
  -- ARGV: 1 boot of the server   Reply: {'ok'}   Errors: {'moved'}
  command('outbox_stands', function(_, argv)
    return { boot() == argv[1] and 'ok' or 'moved' }
  end)

  -- outbox_done: all up to a position is done with for good. Forgets what nobody needs any more.
  -- ARGV: 1 position, 2 how long a reader may be unseen in ms, 3 how long documents are kept for a notifier that never ran, in ms
  -- Reply: number of documents removed
  command('outbox_done', function(keys, argv)
    local outbox = keys[1] .. 'outbox'
    redis.pcall('XGROUP', 'CREATE', outbox, GROUP, '0', 'MKSTREAM')
    if not is_older(last_id(outbox), argv[1]) then redis.call('XGROUP', 'SETID', outbox, GROUP, argv[1]) end
    return trim_outbox(keys[1], tonumber(argv[2]), tonumber(argv[3]))
  end)
end

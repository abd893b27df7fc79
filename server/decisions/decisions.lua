-- What the notifier decided about players, and what phones reported of its pushes. Parts of a player ('player:<id>'), none of which outlives the last decision by more than
-- the time decisions are kept:
--   decision-list  list  '<id> <decision, see packed-decision.ts>', oldest first. An id is '<when it was kept, in ms>-<number>' and rises. Not a stream: one of a single entry takes 4.7 KB.
--   pushes         hash  push id -> JSON {at, label, devices = {device id = 1}, received = {device id = ms}, opened = {…}}
--   early          hash  push id -> 'received' | 'opened', reported before the push was recorded
-- Part of a bucket: decided  hash  what -> how often.

do
  -- Pushes of a player that can be reported: more than a player gets in a month.
  local MOST_PUSHES = 300
  -- Reports of pushes that are not recorded yet, and how long they wait for it.
  local MOST_EARLY = 16
  local EARLY_MS = 6 * 60 * 60 * 1000

  -- Of a row of the list: when it was kept, its number, both together, the decision.
  local function parts(row)
    local ms, number, decision = string.match(row, '^(%d+)%-(%d+) (.*)$')
    return tonumber(ms), tonumber(number), ms .. '-' .. number, decision
  end

  -- Notes the first report of its kind by a device, and counts the first of the push. Who opened it has received it.
  local function note(bucket, row, what, device, now)
    if next(row[what]) == nil then redis.call('HINCRBY', bucket .. 'decided', what .. ':' .. row.label, 1) end
    if not row[what][device] then row[what][device] = now end
    if what == 'opened' then note(bucket, row, 'received', device, now) end
  end

  -- Lets go of what is too old, and of the oldest fifth.
  local function thin(pushes, kept, now)
    local rows = {}
    local all = redis.call('HGETALL', pushes)
    for index = 1, #all, 2 do rows[#rows + 1] = { all[index], cjson.decode(all[index + 1]).at } end
    table.sort(rows, function(a, b) return a[2] < b[2] end)
    for index, row in ipairs(rows) do
      if index <= MOST_PUSHES / 5 or row[2] < now - kept then redis.call('HDEL', pushes, row[1]) end
    end
  end

  -- decision_record: keeps a decision.
  -- ARGV: 1 how long decisions are kept, in ms, 2 most decisions, 3 the decision, 4 id of its push ('' none reached a device), 5 what the push is counted as, 6… devices it reached
  -- Reply: {'ok'}
  command('decision_record', function(keys, argv)
    local list, pushes, early = keys[1] .. 'decision-list', keys[1] .. 'pushes', keys[1] .. 'early'
    local kept, now = tonumber(argv[1]), now_ms()
    local ms, number = now, 0
    local last = redis.call('LINDEX', list, -1)
    if last then
      local last_ms, last_number = parts(last)
      if last_ms >= now then ms, number = last_ms, last_number + 1 end
    end
    local length = redis.call('RPUSH', list, int(ms) .. '-' .. int(number) .. ' ' .. argv[3])
    if length > tonumber(argv[2]) then redis.call('LTRIM', list, -tonumber(argv[2]), -1) end
    while parts(redis.call('LINDEX', list, 0)) < now - kept do redis.call('LPOP', list) end
    redis.call('PEXPIRE', list, int(kept))
    if argv[4] == '' then return { 'ok' } end
    local stored = redis.call('HGET', pushes, argv[4])
    local row = stored and cjson.decode(stored) or { devices = {}, received = {}, opened = {} }
    row.at, row.label = now, argv[5]
    for index = 6, #argv do row.devices[argv[index]] = 1 end
    local reported = redis.call('HGET', early, argv[4])
    if reported then
      note(keys[2], row, reported, '', now)
      redis.call('HDEL', early, argv[4])
    end
    redis.call('HSET', pushes, argv[4], cjson.encode(row))
    redis.call('PEXPIRE', pushes, int(kept))
    if redis.call('HLEN', pushes) > MOST_PUSHES then thin(pushes, kept, now) end
    return { 'ok' }
  end)

  -- decision_report: a phone received or opened a push. Noted once for each device that it was sent to, and once for all that do not name themselves.
  -- ARGV: 1 push id, 2 'received' or 'opened', 3 device ('' unnamed)   Reply: {'ok'}
  command('decision_report', function(keys, argv)
    local pushes, early = keys[1] .. 'pushes', keys[1] .. 'early'
    local stored = redis.call('HGET', pushes, argv[1])
    if not stored then
      local waits = redis.call('HGET', early, argv[1])
      if waits == 'opened' or (not waits and redis.call('HLEN', early) >= MOST_EARLY) then return { 'ok' } end
      redis.call('HSET', early, argv[1], argv[2])
      redis.call('PEXPIRE', early, EARLY_MS)
      return { 'ok' }
    end
    local row = cjson.decode(stored)
    local device = row.devices[argv[3]] and argv[3] or ''
    if row[argv[2]][device] then return { 'ok' } end
    note(keys[2], row, argv[2], device, now_ms())
    redis.call('HSET', pushes, argv[1], cjson.encode(row))
    return { 'ok' }
  end)

  -- decision_page: decisions, newest first.
  -- ARGV: 1 how long decisions are kept, in ms, 2 id of the decision before which the page begins ('' the newest), 3 most decisions
  -- Reply: {'ok', id, decision, …}
  command('decision_page', function(keys, argv)
    local most, oldest = tonumber(argv[3]), now_ms() - tonumber(argv[1])
    local before_ms, before_number = math.huge, 0
    if argv[2] ~= '' then before_ms, before_number = parts(argv[2] .. ' ') end
    local rows = redis.call('LRANGE', keys[1] .. 'decision-list', argv[2] == '' and -most or 0, -1)
    local reply = { 'ok' }
    for index = #rows, 1, -1 do
      local ms, number, id, decision = parts(rows[index])
      if ms < oldest or #reply > 2 * most then break end
      if ms < before_ms or (ms == before_ms and number < before_number) then
        reply[#reply + 1] = id
        reply[#reply + 1] = decision
      end
    end
    return reply
  end)
end

-- What was reported, or held back until somebody has looked at it. Parts of an owner that has a channel:
--   case:<id>  hash  a case; id is the seq of the entry that was reported, or 'h<number>' of a message that is held back:
--                kind ('entry' | 'held'), state ('open' | 'decided'), at, who (player it is about), number (his as a member), seq; evidence (JSON, see `freeze`) or held (JSON);
--                reporters (how many), by:<player> (JSON {category, text, at}, of the first 100), is:<category> (how many), read:<player> (he has read it)
--                outcome ('expired': nobody decided in time), note, judge ('' the game's backend), decided (when); claim (JSON {judge, outcome, till}: somebody decides just now)
--   heldby     hash  '<member's number>:<nonce>' -> id;   lastheld  the last number of one held back
-- of a player: reports (zset: '<channel>~<id>' by when he reported it), reportnonces (hash: nonce -> '<channel>~<id>')
-- and of an owner and of its bucket: open, decided (zsets of ids, in the bucket '<channel>~<id>', by when it arose or was decided)

do
  local CASE_KEPT_MS = 180 * 86400000
  local NAMED_REPORTERS = 100
  local CASE_FACTS = { 'kind', 'state', 'at', 'who', 'seq', 'reporters', 'outcome', 'note', 'judge', 'decided', 'is:abuse', 'is:hate', 'is:sexual', 'is:spam', 'is:cheating',
    'is:personal-data', 'is:self-harm', 'is:other' }

  local function case_key(owner, id) return owner .. 'case:' .. id end

  local function put_open(owner, bucket, channel, id, at)
    redis.call('ZADD', owner .. 'open', int(at), id)
    redis.call('ZADD', bucket .. 'open', int(at), channel .. '~' .. id)
  end

  -- The entry as it is now, 10 before it and 5 after, its edits, and who they all are: JSON {seq, rows (as in the log), changes (see changes.lua), edits (rows),
  -- people (number -> {player, name})}. Later deletions do not touch it.
  local function freeze(owner, seq)
    local rows, seqs, numbers = {}, {}, {}
    local function take(row)
      rows[#rows + 1] = row[2][2]
      seqs[#seqs + 1] = string.match(row[1], '^%d+')
      numbers[string.match(row[2][2], '^%[%d+,%d+,%d+,%d+,(%d+),')] = true
    end
    local before = redis.call('XREVRANGE', owner .. 'log', seq .. '-0', '-', 'COUNT', 11)
    for index = #before, 1, -1 do take(before[index]) end
    local after = redis.call('XRANGE', owner .. 'log', '(' .. seq .. '-0', '+', 'COUNT', 500)
    for index = 1, math.min(5, #after) do take(after[index]) end
    local edits = {}
    for _, row in ipairs(after) do
      if string.find(row[2][2], '^%[%d+,%d+,%d+,11,') and int(cjson.decode(row[2][2])[7].seq) == seq then edits[#edits + 1] = row[2][2] end
    end
    local changes, people, purged = {}, {}, purged_among(owner, rows) or {}
    for index, change in ipairs(redis.call('HMGET', owner .. 'changes', unpack(seqs))) do
      if purged[index] and purged[index] ~= '{}' then change = purged[index] end
      if change then changes[#changes + 1] = '"' .. seqs[index] .. '":' .. change end
    end
    for number in pairs(numbers) do
      local player = number ~= '0' and redis.call('HGET', owner .. 'players', number)
      if player then
        local profile = redis.call('HGET', owner .. 'profiles', player)
        local name = profile and cjson.decode(profile).name or ''
        people[#people + 1] = '"' .. number .. '":' .. cjson.encode({ player = player, name = name })
      end
    end
    return '{"seq":' .. seq .. ',"rows":[' .. table.concat(rows, ',') .. '],"changes":{' .. table.concat(changes, ',') .. '},"edits":[' .. table.concat(edits, ',')
      .. '],"people":{' .. table.concat(people, ',') .. '}}'
  end

  local function reporters_of(key)
    local reporters = {}
    for _, field in ipairs(redis.call('HKEYS', key)) do reporters[#reporters + 1] = string.match(field, '^by:(.+)$') end
    return reporters
  end

  local function forget_case(owner, bucket, channel, id, queue)
    redis.call('ZREM', owner .. queue, id)
    redis.call('ZREM', bucket .. queue, channel .. '~' .. id)
  end

  -- Ends an open case; `ending`: {outcome, note, judge}. Cases that ended half a year ago go. Returns who is told.
  local function end_case(owner, bucket, channel, id, ending)
    local key, now, is_expired = case_key(owner, id), now_ms(), ending.outcome == 'expired'
    redis.call('HSET', key, 'state', 'decided', 'outcome', ending.outcome, 'note', ending.note, 'judge', ending.judge, 'decided', int(now))
    redis.call('HDEL', key, 'claim')
    forget_case(owner, bucket, channel, id, 'open')
    redis.call('ZADD', owner .. 'decided', int(now), id)
    redis.call('ZADD', bucket .. 'decided', int(now), channel .. '~' .. id)
    local who = redis.call('HGET', key, 'who')
    audit(owner, { act = is_expired and 'report-expired' or 'report-decided', by = ending.judge, whom = who, why = ending.note, report = id, outcome = ending.outcome })
    happened(bucket, 'report-decided', { channel = channel, report = channel .. '~' .. id, player = who, by = ending.judge, outcome = ending.outcome })
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', owner .. 'decided', '-inf', int(now - CASE_KEPT_MS), 'LIMIT', 0, 10)) do
      local facts = redis.call('HMGET', case_key(owner, old), 'number', 'held')
      if facts[2] then redis.call('HDEL', owner .. 'heldby', facts[1] .. ':' .. cjson.decode(facts[2]).nonce) end
      redis.call('UNLINK', case_key(owner, old))
      forget_case(owner, bucket, channel, old, 'decided')
    end
    return reporters_of(key)
  end

  -- Ends a case as expired, unless somebody decides about it just now; adds it and who is told to a reply.
  local function expire_case(owner, bucket, channel, id, now, reply)
    local key = case_key(owner, id)
    local facts = redis.call('HMGET', key, 'state', 'claim')
    if facts[1] ~= 'open' then return forget_case(owner, bucket, channel, id, 'open') end
    if facts[2] and cjson.decode(facts[2]).till > now then return end
    reply[#reply + 1] = id
    reply[#reply + 1] = end_case(owner, bucket, channel, id, { outcome = 'expired', note = '', judge = '' })
  end

  -- Makes room for one more case: of as many as may wait the oldest gives way.
  local function make_room(owner, bucket, channel, most, now, reply)
    if redis.call('ZCARD', owner .. 'open') < most then return end
    for _, id in ipairs(redis.call('ZRANGE', owner .. 'open', 0, 9)) do
      expire_case(owner, bucket, channel, id, now, reply)
      if redis.call('ZCARD', owner .. 'open') < most then return end
    end
  end

  -- report_file: a member reports an entry that the log has, also one deleted meanwhile; reports of the same entry are one case, which waits anew if nobody
  -- had decided about it in time.
  -- ARGV: 1 channel, 2 reporter, 3 seq, 4 category, 5 text, 6 '0': he has reported it before, which of one who is not named is not to be seen here, 7 most cases that wait
  -- Reply: {'ok', of a case that gave way: id, reporters}
  -- Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'entry-not-found'}, {'not-permitted'} (his own)
  command('report_file', function(keys, argv)
    local owner, bucket, channel, reporter, seq, reply = keys[1], keys[2], argv[1], argv[2], argv[3], { 'ok' }
    local missing = missing_channel(owner)
    if missing then return missing end
    if redis.call('HEXISTS', owner .. 'members', reporter) == 0 then return { 'not-member' } end
    local key, now = case_key(owner, seq), now_ms()
    if redis.call('EXISTS', key) == 0 then
      local row = redis.call('XRANGE', owner .. 'log', seq .. '-0', seq .. '-0')[1]
      local entry = row and cjson.decode(row[2][2])
      local who = entry and COUNTABLE[entry[4]] and redis.call('HGET', owner .. 'players', int(entry[5]))
      if not who then return { 'entry-not-found' } end
      if who == reporter then return { 'not-permitted' } end
      make_room(owner, bucket, channel, tonumber(argv[7]), now, reply)
      redis.call('HSET', key, 'kind', 'entry', 'state', 'open', 'at', int(now), 'who', who, 'number', int(entry[5]), 'seq', seq, 'evidence', freeze(owner, seq), 'reporters', 0)
      put_open(owner, bucket, channel, seq, now)
      happened(bucket, 'report', { channel = channel, report = channel .. '~' .. seq, player = who, category = argv[4] })
    end
    if redis.call('HGET', key, 'who') == reporter then return { 'not-permitted' } end
    if redis.call('HEXISTS', key, 'by:' .. reporter) == 1 then return reply end
    if argv[6] == '0' and tonumber(redis.call('HGET', key, 'reporters')) >= NAMED_REPORTERS then return reply end
    if redis.call('HGET', key, 'outcome') == 'expired' then
      make_room(owner, bucket, channel, tonumber(argv[7]), now, reply)
      redis.call('HDEL', key, 'outcome', 'note', 'judge', 'decided')
      redis.call('HSET', key, 'state', 'open')
      forget_case(owner, bucket, channel, seq, 'decided')
      put_open(owner, bucket, channel, seq, now)
    end
    local count = redis.call('HINCRBY', key, 'reporters', 1)
    redis.call('HINCRBY', key, 'is:' .. argv[4], 1)
    if count <= NAMED_REPORTERS then
      redis.call('HSET', key, 'by:' .. reporter, cjson.encode({ category = argv[4], text = argv[5], at = now }))
    end
    return reply
  end)

  -- report_spend: takes one of a player's reports of the day. KEYS are the player's.
  -- ARGV: 1 report ('<channel>~<id>'), 2 nonce, 3 most within 24 h
  -- Reply: {'ok', newly (0|1)}   Errors: {'key-reused'}, {'rate-limited', when}
  command('report_spend', function(keys, argv)
    local reports, nonces, now = keys[1] .. 'reports', keys[1] .. 'reportnonces', now_ms()
    local known = redis.call('HGET', nonces, argv[2])
    if known and known ~= argv[1] then return { 'key-reused' } end
    if redis.call('ZSCORE', reports, argv[1]) then return { 'ok', 0 } end
    local today = redis.call('ZRANGEBYSCORE', reports, int(now - DAY_MS), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
    if redis.call('ZCOUNT', reports, int(now - DAY_MS), '+inf') >= tonumber(argv[3]) then return { 'rate-limited', tonumber(today[2]) + DAY_MS } end
    redis.call('ZADD', reports, int(now), argv[1])
    redis.call('ZREMRANGEBYSCORE', reports, '-inf', int(now - CASE_KEPT_MS))
    redis.call('ZREMRANGEBYRANK', reports, 0, -501)
    redis.call('HSET', nonces, argv[2], argv[1])
    redis.call('PEXPIRE', nonces, int(2 * DAY_MS))
    return { 'ok', 1 }
  end)

  -- report_unspend: what could not be reported counts for nothing. KEYS are the player's.
  -- ARGV: 1 report, 2 nonce   Reply: {'ok'}
  command('report_unspend', function(keys, argv)
    redis.call('ZREM', keys[1] .. 'reports', argv[1])
    redis.call('HDEL', keys[1] .. 'reportnonces', argv[2])
    return { 'ok' }
  end)

  -- report_page: cases of a channel in the order they arose or, the last first, were decided.
  -- ARGV: 1 caller, 2 'open' | 'decided', 3 from which time on (ms; '' the beginning), 4 how many
  -- Reply: {'ok', {id, time, …}}   Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}
  command('report_page', function(keys, argv)
    local owner = keys[1]
    local missing = missing_channel(owner)
    if missing then return missing end
    local refusal = refused(owner, argv[1], 'review')
    if refusal then return { refusal } end
    if argv[2] == 'open' then
      return { 'ok', redis.call('ZRANGEBYSCORE', owner .. 'open', argv[3] == '' and '-inf' or argv[3], '+inf', 'WITHSCORES', 'LIMIT', 0, argv[4]) }
    end
    return { 'ok', redis.call('ZREVRANGEBYSCORE', owner .. 'decided', argv[3] == '' and '+inf' or argv[3], '-inf', 'WITHSCORES', 'LIMIT', 0, argv[4]) }
  end)

  -- report_facts: what is to be seen of cases without reading what was written.
  -- ARGV: ids   Reply: {'ok', {values of CASE_FACTS, '' where there is none}, …}
  command('report_facts', function(keys, argv)
    local rows = {}
    for index, id in ipairs(argv) do
      local row = redis.call('HMGET', case_key(keys[1], id), unpack(CASE_FACTS))
      for column = 1, #CASE_FACTS do row[column] = row[column] or '' end
      rows[index] = row
    end
    return { 'ok', rows }
  end)

  -- Whom a case is about: a guest may go on as an account by now.
  local function concerned(owner, key)
    local case = redis.call('HMGET', key, 'who', 'number')
    return case[2] and redis.call('HGET', owner .. 'players', case[2]) or case[1]
  end

  -- Why a caller may not judge a case; nobody does who is concerned.
  local function judging_refusal(owner, caller, key)
    local refusal = refused(owner, caller, 'review')
    if refusal then return { refusal } end
    local who = concerned(owner, key)
    if not who then return { 'report-not-found' } end
    if caller ~= '' and who == caller then return { 'not-permitted' } end
  end

  -- report_read: all of a case. That it was read is written down, once for each reader.
  -- ARGV: 1 caller, 2 id   Reply: {'ok', fields and values}   Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'report-not-found'}
  command('report_read', function(keys, argv)
    local owner, key = keys[1], case_key(keys[1], argv[2])
    local refusal = missing_channel(owner) or judging_refusal(owner, argv[1], key)
    if refusal then return refusal end
    if redis.call('HSETNX', key, 'read:' .. argv[1], '1') == 1 then
      audit(owner, { act = 'report-read', by = argv[1], whom = redis.call('HGET', key, 'who'), report = argv[2] })
    end
    return { 'ok', redis.call('HGETALL', key) }
  end)

  -- report_claim: somebody decides about a case now; others wait. Whoever does it again goes on.
  -- ARGV: 1 caller, 2 id, 3 outcome, 4 for how long (ms)
  -- Reply: {'ok', is it decided so already (0|1), kind, who, seq (of one held back: as what it was written by now; '' it was not), held}
  -- Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'not-permitted'}, {'report-not-found'}, {'already-decided'}
  command('report_claim', function(keys, argv)
    local owner, key, now = keys[1], case_key(keys[1], argv[2]), now_ms()
    local refusal = missing_channel(owner) or judging_refusal(owner, argv[1], key)
    if refusal then return refusal end
    local facts = redis.call('HMGET', key, 'state', 'outcome', 'judge', 'claim', 'kind', 'who', 'seq', 'held')
    if facts[1] == 'decided' then
      if facts[2] ~= argv[3] or facts[3] ~= argv[1] then return { 'already-decided' } end
      return { 'ok', 1, facts[5], facts[6], facts[7] or '', facts[8] or '' }
    end
    local claim = facts[4] and cjson.decode(facts[4])
    if claim and claim.till > now and (claim.judge ~= argv[1] or claim.outcome ~= argv[3]) then return { 'already-decided' } end
    redis.call('HSET', key, 'claim', cjson.encode({ judge = argv[1], outcome = argv[3], till = now + tonumber(argv[4]) }))
    -- One that was held back may be in the log by now: its author sent it again under other rules, or a judge who approved it was cut short.
    local nonce = facts[8] and redis.call('HGET', key, 'number') .. ':' .. cjson.decode(facts[8]).nonce
    local written = nonce and first_result(owner, nonce, redis.call('HGET', key, 'print'), now)
    local seq = facts[7] or written and written[1] == 'ok' and int(written[3]) or ''
    return { 'ok', 0, facts[5], concerned(owner, key), seq, facts[8] or '' }
  end)

  -- report_unclaim: it is not decided, since that was refused.
  -- ARGV: 1 id   Reply: {'ok'}
  command('report_unclaim', function(keys, argv)
    redis.call('HDEL', case_key(keys[1], argv[1]), 'claim')
    return { 'ok' }
  end)

  -- report_close: a case is decided, and what was decided done.
  -- ARGV: 1 channel, 2 caller, 3 id, 4 outcome, 5 note, 6 seq of the entry a message that was held back has become ('' none)
  -- Reply: {'ok', reporters}; a case that is decided stays as it is
  command('report_close', function(keys, argv)
    local owner, id = keys[1], argv[3]
    local key = case_key(owner, id)
    if redis.call('HGET', key, 'state') ~= 'open' then return { 'ok', reporters_of(key) } end
    if argv[6] ~= '' then redis.call('HSET', key, 'seq', argv[6]) end
    return { 'ok', end_case(owner, keys[2], argv[1], id, { outcome = argv[4], note = argv[5], judge = argv[2] }) }
  end)

  -- report_expire: cases of a channel that nobody has decided about in time are over.
  -- ARGV: 1 channel, 2 how long they wait (ms), 3 how many at once   Reply: {'ok', id, reporters, …}
  command('report_expire', function(keys, argv)
    local owner, bucket, channel, now, reply = keys[1], keys[2], argv[1], now_ms(), { 'ok' }
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', owner .. 'open', '-inf', int(now - tonumber(argv[2])), 'LIMIT', 0, argv[3])) do
      expire_case(owner, bucket, channel, id, now, reply)
    end
    return reply
  end)

  -- report_mine: what a reporter may know of cases.
  -- ARGV: 1 reporter, then ids   Reply: {'ok', {state, outcome, his report (JSON)}, …}
  command('report_mine', function(keys, argv)
    local rows = {}
    for index = 2, #argv do
      local row = redis.call('HMGET', case_key(keys[1], argv[index]), 'state', 'outcome', 'by:' .. argv[1])
      for column = 1, 3 do row[column] = row[column] or '' end
      rows[#rows + 1] = row
    end
    return { 'ok', rows }
  end)

  -- held_put: a message waits for somebody to look at it. It is not in the log.
  -- ARGV: 1 channel, 2 author, 3 nonce, 4 what was to be written (JSON), 5 print of what is asked, 6 most of one author that wait, 7 most cases that wait
  -- Reply: {'ok', id, of a case that gave way: its id, reporters}   Errors: {'guild-not-found'}, {'channel-not-found'}, {'not-member'}, {'key-reused'}, {'rate-limited'}
  command('held_put', function(keys, argv)
    local owner, bucket, channel, author, now = keys[1], keys[2], argv[1], argv[2], now_ms()
    local missing = missing_channel(owner)
    if missing then return missing end
    local record = redis.call('HGET', owner .. 'members', author)
    if not record then return { 'not-member' } end
    local field = int(cjson.decode(record).n) .. ':' .. argv[3]
    local known = redis.call('HGET', owner .. 'heldby', field)
    if known then
      if redis.call('HGET', case_key(owner, known), 'print') ~= argv[5] then return { 'key-reused' } end
      return { 'ok', known }
    end
    local waiting = 0
    for _, id in ipairs(redis.call('ZRANGE', owner .. 'open', 0, -1)) do
      if string.sub(id, 1, 1) == 'h' and redis.call('HGET', case_key(owner, id), 'who') == author then waiting = waiting + 1 end
    end
    if waiting >= tonumber(argv[6]) then return { 'rate-limited' } end
    local id = 'h' .. int(redis.call('INCR', owner .. 'lastheld'))
    local reply = { 'ok', id }
    make_room(owner, bucket, channel, tonumber(argv[7]), now, reply)
    redis.call('HSET', owner .. 'heldby', field, id)
    redis.call('PEXPIRE', owner .. 'heldby', int(30 * DAY_MS))
    redis.call('HSET', case_key(owner, id), 'kind', 'held', 'state', 'open', 'at', int(now), 'who', author, 'number', int(cjson.decode(record).n), 'held', argv[4], 'print', argv[5], 'reporters', 0)
    put_open(owner, bucket, channel, id, now)
    happened(bucket, 'report', { channel = channel, report = channel .. '~' .. id, player = author, category = 'held' })
    return reply
  end)
end

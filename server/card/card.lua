-- Cards: entries that members do something with. The log holds what a card is; what has become of it lies beside it.
-- Parts of the owner (see channel.lua), all of them gone with the card when it is deleted; a sweeper may drop those of seqs below the log's floor:
--   cards         hash  seq -> its state, JSON {version, counts, who, closed, result?} as in shared/card.ts; `result` comes last and is kept letter by letter
--   cardrules     hash  seq -> JSON {a = author's number, p = epoch, t = type, e = end (ms)?, A = {action = {c = cap?, g = group?, u = undo, b = by, w = webhook, x = closes}}}
--   acted:<seq>   hash  member's number -> what he has done, words separated by spaces
--   asked:<seq>   hash  '<member's number>:<action>' -> '<nonce> <ms>': the studio has been asked under that nonce and its answer is not known, nobody else asks
--                       before the time; '- <ms>': it said no, and is not asked again before the time
--   held:<seq>:<action>  zset  members' numbers, by until when a place is kept for them while the studio decides; gone by itself
-- On the feed: 'c' and JSON [seq, state] whenever the state has changed without an entry that tells of it.

-- What follows from an action once it is counted, by the card's type: function(owner, bucket, rules, player, seq, channel). May return the id of a transfer it owes.
local FOLLOWS = {}

-- A card's state and rules, or nil. `raw` is the state's JSON, `result` that of its result.
local function card_at(owner, seq)
  local raw = redis.call('HGET', owner .. 'cards', seq)
  local rules = raw and redis.call('HGET', owner .. 'cardrules', seq)
  if not rules then return nil end
  local state = cjson.decode(raw)
  -- Counts are numbers and `who` has lists, so that no action, whatever it is called, looks like this.
  local _, before = string.find(raw, '"closed":%a+,"result":')
  return { raw = raw, version = state.version, counts = state.counts, who = state.who, closed = state.closed,
    result = before and string.sub(raw, before + 1, -2) or nil }, cjson.decode(rules)
end

local state_json, keep_state
do
  local KIND_OUTCOME = '16'

  FOLLOWS.help = function(owner, bucket, rules, player, seq, channel)
    local asker = redis.call('HGET', owner .. 'players', int(rules.a))
    if asker then happened(bucket, 'help-given', { channel = channel, epoch = rules.p, seq = tonumber(seq), player = player, asker = asker }) end
  end

  local function object(fields)
    return next(fields) and cjson.encode(fields) or '{}'
  end

  function state_json(state)
    return '{"version":' .. int(state.version) .. ',"counts":' .. object(state.counts) .. ',"who":' .. object(state.who)
      .. ',"closed":' .. (state.closed and 'true' or 'false') .. (state.result and ',"result":' .. state.result or '') .. '}'
  end

  local function without(list, gone)
    local kept = {}
    for _, each in ipairs(list) do if each ~= gone then kept[#kept + 1] = each end end
    return kept
  end

  local function count_in(state, action, number, named)
    state.counts[action] = (state.counts[action] or 0) + 1
    local who = state.who[action] or {}
    if #who < named then who[#who + 1] = number end
    state.who[action] = next(who) and who or nil
  end

  local function count_out(state, action, number)
    state.counts[action] = state.counts[action] > 1 and state.counts[action] - 1 or nil
    local who = without(state.who[action] or {}, number)
    state.who[action] = next(who) and who or nil
  end

  -- Stores a changed state and tells it: by an entry of `from` when that is given (the card was closed or has a result), else on the fleeting lane.
  function keep_state(owner, bucket, channel, seq, state, from, keep)
    state.version = state.version + 1
    local json = state_json(state)
    redis.call('HSET', owner .. 'cards', seq, json)
    if from then
      local body = '{"seq":' .. seq .. ',"state":' .. json .. '}'
      write_entry(owner, bucket, channel, open_channel(owner, bucket, channel), { kind = KIND_OUTCOME, from = from, body = body, countable = 0, keep = keep })
    else
      redis.call('SPUBLISH', owner .. 'feed', 'c[' .. seq .. ',' .. json .. ']')
    end
    return json
  end

  -- card_post: writes a card.
  -- ARGV: 1 … 14 as channel_append, 15 its rules (JSON, without a and p), 16 what its author has done by posting it ('' nothing)
  -- Reply, errors: as channel_append
  command('card_post', function(keys, argv)
    local owner = keys[1]
    local reply = append(keys, argv)
    if reply[1] ~= 'ok' or reply[5] == 1 then return reply end
    local seq = int(reply[3])
    local number = argv[2] == '' and '0' or redis.call('HGET', owner .. 'numbers', argv[2])
    local state = { version = 1, counts = {}, who = {}, closed = false }
    if argv[16] ~= '' then
      count_in(state, argv[16], tonumber(number), 1)
      redis.call('HSET', owner .. 'acted:' .. seq, number, argv[16])
    end
    redis.call('HSET', owner .. 'cards', seq, state_json(state))
    redis.call('HSET', owner .. 'cardrules', seq, '{"a":' .. number .. ',"p":' .. int(reply[2]) .. ',' .. string.sub(argv[15], 2))
    return reply
  end)

  -- Whether the studio is to be asked about an action now, having noted that it is: the reply of card_act.
  local function ask_studio(owner, seq, id, number, now, nonce, place_ms, call_ms, rules)
    local row = redis.call('XRANGE', owner .. 'log', seq .. '-0', seq .. '-0')[1]
    if not row then return { 'card-not-found' } end
    local asked, field = owner .. 'asked:' .. seq, number .. ':' .. id
    local open, not_before = string.match(redis.call('HGET', asked, field) or '', '^(%S+) (%d+)$')
    -- Of a group the studio could else accept two.
    for other, action in pairs(rules.A[id].g and rules.A or {}) do
      if other ~= id and action.g == rules.A[id].g then
        local unknown, time = string.match(redis.call('HGET', asked, number .. ':' .. other) or '', '^(%S+) (%d+)$')
        if unknown and unknown ~= '-' then return { 'unavailable', math.max(tonumber(time), now) } end
      end
    end
    if open and tonumber(not_before) > now then return { open == '-' and 'rate-limited' or 'unavailable', tonumber(not_before) } end
    -- While an answer is not known, another tap asks for the same once more: the studio may have said yes.
    if open and open ~= '-' then nonce = open end
    redis.call('HSET', asked, field, nonce .. ' ' .. int(now + call_ms))
    local held = owner .. 'held:' .. seq .. ':' .. id
    redis.call('ZADD', held, int(now + place_ms), number)
    redis.call('PEXPIRE', held, int(place_ms))
    return { 'ask', rules.p, nonce, tonumber(number), row[2][2] }
  end

  -- card_act: a member does something with a card, or takes it back.
  -- ARGV: 1 channel, 2 player, 3 seq, 4 action, 5 '1' | '0' (taken back), 6 nonce ('' none), 7 '1' the studio has accepted it | '' (it has not been asked),
  --       8 result ('' none, JSON), 9 how many members a state names, 10 how long a place is kept while the studio decides (ms),
  --       11 how long nobody else asks the studio (ms), 12 entries to keep
  -- Reply: {'ok', state (JSON), his own (separated by spaces), id of a transfer it owes him ('' none)}; what is so already changes nothing.
  --        {'ask', epoch, nonce, his number, the card's payload}: nothing is counted yet; the studio decides, and then card_act or card_unanswered is called.
  -- Errors: {'not-member'}, {'muted', until}, {'card-not-found'}, {'action-unknown'}, {'card-closed'}, {'not-permitted'}, {'already-acted'}, {'card-full'},
  --         {'unavailable', at} (the studio's answer is not known yet), {'rate-limited', at} (it has just said no), {'bad-request'} (it needs a nonce)
  command('card_act', function(keys, argv)
    local owner, bucket, player, seq, id, on, accepted = keys[1], keys[2], argv[2], argv[3], argv[4], argv[5] == '1', argv[7] == '1'
    local now = now_ms()
    local number
    if accepted then
      -- The studio has given; whatever has become of the player or the card meanwhile, that is counted.
      number = tonumber(redis.call('HGET', owner .. 'numbers', player) or '')
      if not number then return { 'not-member' } end
    else
      local member, refusal = writer(owner, player, now)
      if not member then return refusal end
      number = member.n
    end
    local state, rules = card_at(owner, seq)
    if not state then return { 'card-not-found' } end
    local action = rules.A[id]
    if not action then return { 'action-unknown' } end
    local acted, field = owner .. 'acted:' .. seq, int(number)
    local own = redis.call('HGET', acted, field) or ''
    local mine, before = {}, nil
    for each in string.gmatch(own, '%S+') do
      mine[#mine + 1] = each
      if each ~= id and action.g and rules.A[each].g == action.g then before = each end
    end
    local rest = without(mine, id)
    if (#rest < #mine) == on then return { 'ok', state.raw, own } end
    if not accepted then
      if state.closed or (rules.e and rules.e <= now) then return { 'card-closed' } end
      if (action.b == 'others' and number == rules.a) or (action.b == 'author' and number ~= rules.a) then return { 'not-permitted' } end
      if (not on and not action.u) or (before and rules.A[before].w) then return { 'already-acted' } end
    end
    local held = owner .. 'held:' .. seq .. ':' .. id
    if on and action.c then
      local taken = state.counts[id] or 0
      if action.w then
        redis.call('ZREMRANGEBYSCORE', held, '-inf', int(now))
        taken = taken + redis.call('ZCARD', held) - (redis.call('ZSCORE', held, field) and 1 or 0)
      end
      if taken >= action.c then return { 'card-full' } end
    end
    if on and action.w and not accepted then
      if argv[6] == '' then return { 'bad-request' } end
      return ask_studio(owner, seq, id, field, now, argv[6], tonumber(argv[10]), tonumber(argv[11]), rules)
    end

    if before then
      count_out(state, before, number)
      rest = without(rest, before)
    end
    if on then
      count_in(state, id, number, tonumber(argv[9]))
      rest[#rest + 1] = id
    else count_out(state, id, number) end
    own = table.concat(rest, ' ')
    if own == '' then redis.call('HDEL', acted, field) else redis.call('HSET', acted, field, own) end
    if action.w then
      redis.call('HDEL', owner .. 'asked:' .. seq, field .. ':' .. id)
      redis.call('ZREM', held, field)
    end
    local tells = false
    if on and action.x and state.counts[id] >= action.c and not state.closed then state.closed, tells = true, true end
    if argv[8] ~= '' and argv[8] ~= state.result then state.result, tells = argv[8], true end
    local json = keep_state(owner, bucket, argv[1], seq, state, tells and field, argv[12])
    local follows = on and FOLLOWS[rules.t]
    return { 'ok', json, own, follows and follows(owner, bucket, rules, player, seq, argv[1]) or '' }
  end)

  -- card_unanswered: the studio has said no to an action, or has not said anything that is understood.
  -- ARGV: 1 player, 2 seq, 3 action, 4 nonce, 5 '1' it said no | '0' its answer is not known, 6 how long it is not asked again (ms)
  -- Reply: {'ok', state (JSON), his own}   Errors: {'not-member'}, {'card-not-found'}
  command('card_unanswered', function(keys, argv)
    local owner, seq, id = keys[1], argv[2], argv[3]
    local number = redis.call('HGET', owner .. 'numbers', argv[1])
    if not number then return { 'not-member' } end
    local raw = redis.call('HGET', owner .. 'cards', seq)
    if not raw then return { 'card-not-found' } end
    local asked, field = owner .. 'asked:' .. seq, number .. ':' .. id
    local open = string.match(redis.call('HGET', asked, field) or '', '^(%S+) ')
    -- Unless another process has learnt more meanwhile.
    if open == argv[4] then
      redis.call('HSET', asked, field, (argv[5] == '1' and '-' or open) .. ' ' .. int(now_ms() + tonumber(argv[6])))
      if argv[5] == '1' then redis.call('ZREM', owner .. 'held:' .. seq .. ':' .. id, number) end
    end
    return { 'ok', raw, redis.call('HGET', owner .. 'acted:' .. seq, number) or '' }
  end)

  -- card_settle: closes a card, gives it a result, or both; an entry tells of it. What is so already changes nothing.
  -- ARGV: 1 channel, 2 player ('' the system), 3 seq, 4 '1' closes it | '0', 5 result ('' none, JSON),
  --       6 types whose author may give the result, once (',challenge,'), 7 entries to keep, 8 why ('' untold), 9 by which rules a result was judged, as in channel_append,
  --       10 what it is refused with by those ('' nothing)
  -- Reply: {'ok', state (JSON)}
  -- Errors: {'not-member'}, {'muted', until}, {'card-not-found'}, {'not-permitted'}, {'already-acted'}, {'rules-changed', version, rules}, {ARGV 10}, {code in ARGV 9}
  command('card_settle', function(keys, argv)
    local owner, bucket, player, seq, closes, result = keys[1], keys[2], argv[2], argv[3], argv[4] == '1', argv[5]
    local member
    if player ~= '' then
      local refusal
      member, refusal = writer(owner, player, now_ms())
      if not member then return refusal end
    end
    local state, rules = card_at(owner, seq)
    if not state then return { 'card-not-found' } end
    local same = result == '' or result == state.result
    if member then
      local is_author = member.n == rules.a
      if closes and not is_author and not permits(owner, member.rank, 'closeAny') then return { 'not-permitted' } end
      if result ~= '' and not (is_author and string.find(argv[6], ',' .. rules.t .. ',', 1, true)) then return { 'not-permitted' } end
      if not same and state.result then return { 'already-acted' } end
    end
    if same and (state.closed or not closes) then return { 'ok', state.raw } end
    if member then
      local changed = rules_changed(owner, argv[9])
      if changed then return changed end
      local unfit = argv[10] ~= '' and argv[10] or rules_refusal(member.rank, argv[9])
      if unfit then return { unfit } end
    end

    if closes and not state.closed and not (member and member.n == rules.a) then
      audit(owner, { act = 'close', by = player, whom = redis.call('HGET', owner .. 'players', int(rules.a)) or nil, why = argv[8], seq = tonumber(seq) })
    end
    state.closed = state.closed or closes
    if result ~= '' then state.result = result end
    return { 'ok', keep_state(owner, bucket, argv[1], seq, state, member and int(member.n) or '0', argv[7]) }
  end)

  -- card_read: a card with who has done what.
  -- ARGV: 1 seq   Reply: {'ok', payload of its entry, state (JSON), {number, player ('' erased), his own, …}}   Errors: {'card-not-found'}
  command('card_read', function(keys, argv)
    local owner, seq = keys[1], argv[1]
    local raw = redis.call('HGET', owner .. 'cards', seq)
    local row = raw and redis.call('XRANGE', owner .. 'log', seq .. '-0', seq .. '-0')[1]
    if not row then return { 'card-not-found' } end
    local done, acted = {}, redis.call('HGETALL', owner .. 'acted:' .. seq)
    for index = 1, #acted, 2 do
      done[#done + 1] = acted[index]
      done[#done + 1] = redis.call('HGET', owner .. 'players', acted[index]) or ''
      done[#done + 1] = acted[index + 1]
    end
    return { 'ok', row[2][2], raw, done }
  end)
end

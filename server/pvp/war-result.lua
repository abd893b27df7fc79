-- What comes of a war: its result, and what the studio decides about it afterwards; see war.lua for what is kept.

do
  local id_of, fields_of, changed, log_event = wars.id_of, wars.fields_of, wars.changed, wars.log_event
  local say, guilds_of, set_phase, phase_of, PARTS = wars.say, wars.guilds_of, wars.set_phase, wars.phase_of, wars.PARTS
  local member_row, keep_member, is_full, look_at_lead = wars.member_row, wars.keep_member, wars.is_full, wars.look_at_lead

  -- war_conclude: writes what came of it, once in each round of settling. What follows from it waits until Redis cannot lose it.
  -- ARGV: 1 round, 2 result (JSON), 3 how long that is (ms)   Reply: {'ok', the result that stands}   Errors: {'war-not-found'}, {'war-phase'}
  command('war_conclude', function(keys, argv)
    local owner, bucket = keys[1], keys[2]
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'round')
    if not info[1] then return { 'war-not-found' } end
    local result = redis.call('GET', owner .. 'result')
    if result then return { 'ok', result } end
    if info[1] ~= 'settling' or info[2] ~= argv[1] then return { 'war-phase' } end
    redis.call('SET', owner .. 'result', argv[2])
    local now = now_ms()
    redis.call('HSET', owner .. 'info', 'again', int(now + tonumber(argv[3])))
    changed(owner, bucket, now)
    return { 'ok', argv[2] }
  end)

  -- war_hold: battles and sums differ; nothing is paid until someone has decided.
  -- ARGV: 1 what differs   Reply: {'ok', newly (0|1)}   Errors: {'war-not-found'}
  command('war_hold', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local phase = phase_of(owner)
    if not phase then return { 'war-not-found' } end
    if phase ~= 'settling' or redis.call('EXISTS', owner .. 'result') == 1 then return { 'ok', 0 } end
    redis.call('HSET', owner .. 'info', 'reason', argv[1])
    set_phase(owner, bucket, 'held', now)
    local guild, opponent = guilds_of(owner)
    happened(bucket, 'war-held', { war = id_of(owner), guild = guild, opponent = opponent, reason = argv[1] })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- war_trust: a war that was held is settled by its battles. Reply: {'ok'}   Errors: {'war-not-found'}, {'war-phase'}
  command('war_trust', function(keys)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'trusted')
    if not info[1] then return { 'war-not-found' } end
    if info[1] ~= 'held' then return info[2] and { 'ok' } or { 'war-phase' } end
    redis.call('HSET', owner .. 'info', 'trusted', '1')
    redis.call('HDEL', owner .. 'info', 'reason')
    set_phase(owner, bucket, 'settling', now)
    changed(owner, bucket, now)
    return { 'ok' }
  end)

  -- war_settled: all that its result says has been done.
  -- ARGV: 1 round, 2 phase it comes to (settled, voided)   Reply: {'ok', newly (0|1)}   Errors: {'war-not-found'}, {'war-phase'}
  command('war_settled', function(keys, argv)
    local owner, bucket, now = keys[1], keys[2], now_ms()
    local info = redis.call('HMGET', owner .. 'info', 'phase', 'round', 'guild:0', 'guild:1')
    if not info[1] then return { 'war-not-found' } end
    if info[1] ~= 'settling' or info[2] ~= argv[1] then return info[1] == argv[2] and { 'ok', 0 } or { 'war-phase' } end
    redis.call('HDEL', owner .. 'info', 'again')
    set_phase(owner, bucket, argv[2], now)
    local result = cjson.decode(redis.call('GET', owner .. 'result'))
    local winner = result.winner
    local guild, opponent = guilds_of(owner)
    local is_void = argv[2] == 'voided'
    happened(bucket, is_void and 'war-voided' or 'war-settled', { war = id_of(owner), guild = guild, opponent = opponent, winner = winner ~= cjson.null and info[3 + tonumber(winner)] or nil, scores = result.scores, round = tonumber(argv[1]) })
    say(owner, { item = (argv[1] == '1' and 'end' or 'corrected:' .. argv[1]) })
    changed(owner, bucket, now)
    return { 'ok', 1 }
  end)

  -- Everything is counted anew, from the battles, in the order in which they were told. Written at the end: of 100,000 battles each call would take seconds.
  local function count_anew(owner, info)
    local battles, all = {}, redis.call('HGETALL', owner .. 'battles')
    for index = 1, #all, 2 do
      local side, score, at, state, who, target = string.match(all[index + 1], '^(%d):(%d+):%d+:(%d+):(%a):%x*:([^:]*):([^:]*)$')
      if state == 'c' then battles[#battles + 1] = { at = tonumber(at), battle = all[index], side = side, score = tonumber(score), who = who, target = target } end
    end
    table.sort(battles, function(a, b) return a.at < b.at or (a.at == b.at and a.battle < b.battle) end)
    local rows, members = {}, redis.call('HKEYS', owner .. 'members')
    for _, player in ipairs(members) do
      local row = member_row(owner, player)
      row.battles, row.score = 0, 0
      rows[player] = row
    end
    local function nothing() return { score = 0, battles = 0, reached = info.startsAt } end
    local sides, bests = { ['0'] = nothing(), ['1'] = nothing() }, {}
    for _, one in ipairs(battles) do
      local row, side, added, at = rows[one.who], sides[one.side], one.score, int(one.at)
      if info.scoring ~= 'sum' then
        local what = one.side .. ':' .. (info.scoring == 'best' and one.who or one.target)
        added = math.max(0, one.score - (bests[what] or 0))
        if added > 0 then bests[what] = one.score end
      end
      row.battles, row.score, row.at = row.battles + 1, row.score + added, at
      side.battles, side.score = side.battles + 1, side.score + added
      if added > 0 then side.reached = at end
    end
    for player, row in pairs(rows) do keep_member(owner, player, row) end
    redis.call('DEL', owner .. 'bests')
    local flat = {}
    for what, score in pairs(bests) do
      flat[#flat + 1], flat[#flat + 2] = what, int(score)
      if #flat == 1000 then
        redis.call('HSET', owner .. 'bests', unpack(flat))
        flat = {}
      end
    end
    if #flat > 0 then redis.call('HSET', owner .. 'bests', unpack(flat)) end
    for side, of in pairs(sides) do
      redis.call('HSET', owner .. 'info', 'score:' .. side, int(of.score), 'battles:' .. side, int(of.battles), 'reached:' .. side, of.reached)
    end
    redis.call('HDEL', owner .. 'info', 'full')
  end

  -- war_reopen: the result is to be corrected: a battle does not count any more, or the whole war. Before it is settled a battle is taken out of what is counted at once.
  -- ARGV: 1 battle ('' the whole war), 2 '1': its attempt is given back, where the war is active, 3 reason
  -- Reply: {'ok', phase, newly (0|1)}   Errors: {'war-not-found'}, {'battle-not-found'}, {'war-phase'} (not begun; it is being settled, or over without a result)
  command('war_reopen', function(keys, argv)
    local owner, bucket, battle, now = keys[1], keys[2], argv[1], now_ms()
    local info = fields_of(owner)
    if not info.phase then return { 'war-not-found' } end
    if battle ~= '' then
      local row = redis.call('HGET', owner .. 'battles', battle)
      if not row then return { 'battle-not-found' } end
      if string.match(row, '^%d:%d+:%d+:%d+:v:') then return { 'ok', info.phase, 0 } end
    elseif info.void then return { 'ok', info.phase, 0 } end
    if info.phase ~= 'active' and info.phase ~= 'held' and info.phase ~= 'settled' then return { 'war-phase' } end
    if battle ~= '' then
      redis.call('HSET', owner .. 'battles', battle, (string.gsub(redis.call('HGET', owner .. 'battles', battle), '^(%d:%d+:%d+:%d+):c:', '%1:v:')))
      local player = string.match(redis.call('HGET', owner .. 'battles', battle), '^%d:%d+:%d+:%d+:v:%x*:(.-):[^:]*$')
      local row = argv[2] == '1' and info.phase == 'active' and member_row(owner, player)
      if row and row.used > 0 then
        row.used = row.used - 1
        redis.call('HINCRBY', owner .. 'info', 'used:' .. row.side, -1)
        keep_member(owner, player, row)
      end
      count_anew(owner, info)
      is_full(owner, info)
      look_at_lead(owner, now)
      log_event(owner, { at = now, what = 'void', player = player })
    else
      redis.call('HSET', owner .. 'info', 'void', '1')
    end
    local guild, opponent = guilds_of(owner)
    happened(bucket, battle ~= '' and 'war-battle-voided' or 'war-voiding', { war = id_of(owner), guild = guild, opponent = opponent, battle = battle ~= '' and battle or nil, reason = argv[3] })
    if info.phase ~= 'active' or battle == '' then
      local result = redis.call('GET', owner .. 'result')
      if result then
        redis.call('RPUSH', owner .. 'results', result)
        redis.call('DEL', owner .. 'result')
        redis.call('HINCRBY', owner .. 'info', 'round', 1)
      end
      redis.call('HDEL', owner .. 'info', 'reason', 'again', 'closed')
      -- It does not go while it is corrected.
      for _, part in ipairs(PARTS) do redis.call('PERSIST', owner .. part) end
      set_phase(owner, bucket, 'settling', now)
    end
    changed(owner, bucket, now)
    return { 'ok', phase_of(owner), 1 }
  end)
end

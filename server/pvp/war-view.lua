-- What rooms show of a war. All fighters are told, of whom the caller knows the names from the first reading on: a sorted set of the best would cost each battle a
-- write, and the rows of all who look on are asked for anyway.

do
  local SHOWN_EVENTS = 10

  -- war_view: a war of one moment. KEYS: the war's.
  -- ARGV: 1 whether the rosters are wanted ('1' or '')
  -- Reply: {'ok', info, members, newest events first, result ('' none), roster of side 0, of side 1}, hashes as flat lists; rosters are empty when not wanted   Errors: {'war-not-found'}
  command('war_view', function(keys, argv)
    local owner = keys[1]
    local info = redis.call('HGETALL', owner .. 'info')
    if #info == 0 then return { 'war-not-found' } end
    local function roster(side) return argv[1] == '1' and redis.call('HGETALL', owner .. 'roster:' .. side) or {} end
    return { 'ok', info, redis.call('HGETALL', owner .. 'members'), redis.call('LRANGE', owner .. 'events', 0, SHOWN_EVENTS - 1),
      redis.call('GET', owner .. 'result') or '', roster(0), roster(1) }
  end)
end

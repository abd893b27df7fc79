-- A transfer between two books, which may lie on two servers: a debit, then a credit or a refusal that stands for ever, then the end. Each step is one function that may
-- be called again; the keys of all movements are made from the transfer's id. Further parts:
--   refused:<field> string  of the owner that was to be credited: the code with which the transfer was refused; kept as long as a key
-- and of the bucket: transfers (hash: '<owner> <id>' -> JSON {from, id, to, amount, reason, at} of transfers whose debit was made and that have not ended).

-- points_transfer_out: the debit.
-- ARGV: 1 id, 2 field of `transfers`, 3 owner that gets it, 4 amount (above 0), 5 reason, 6 print of the request, 7 when it arose (ms; '' not said)
-- Reply: as points_move, then when it was debited (ms), or 0 when the transfer has ended   Errors: those of move_points
command('points_transfer_out', function(keys, argv)
  local owner, transfers, now = keys[1], keys[2] .. 'transfers', now_ms()
  local moved, code = move_points(owner, { key = '~out:' .. argv[1], amount = -tonumber(argv[4]), reason = argv[5], print = argv[6], now = now,
    at = tonumber(argv[7]), with = argv[3] })
  if not moved then return { code } end
  if moved.repeated == 0 then
    redis.call('HSET', transfers, argv[2], cjson.encode({ from = string.match(owner, '{b%d+}:(.+):$'), id = argv[1], to = argv[3], amount = argv[4], reason = argv[5], at = int(now) }))
  end
  local pending = redis.call('HGET', transfers, argv[2])
  local reply = told(moved)
  reply[#reply + 1] = pending and cjson.decode(pending).at or '0'
  return reply
end)

-- points_transfer_in: the credit, or a refusal after which it is never credited. KEYS are of the owner that gets it.
-- ARGV: 1 field of `transfers`, 2 owner it comes from, 3 amount, 4 reason, 5 print, 6 when it was debited (ms; '0': asked only after its end)
-- Reply: as points_move, or {'ok', 'refused', code}
-- Errors: {'key-too-old'} (debited so long ago that the credit may have been forgotten: nobody can tell whether it was made), {'key-reused'}
command('points_transfer_in', function(keys, argv)
  local owner, now, at = keys[1], now_ms(), tonumber(argv[6])
  local refused = redis.call('GET', owner .. 'refused:' .. argv[1])
  if refused then return { 'ok', 'refused', refused } end
  local key = '~in:' .. argv[1]
  local first, code = first_movement(owner, key, argv[5], now)
  if first or code then return told(first, code) end
  if at == 0 then return { 'key-too-old' } end
  first, code = move_points(owner, { key = key, amount = tonumber(argv[3]), reason = argv[4], print = argv[5], now = now, at = at, is_new = true, with = argv[2] })
  if not first and code ~= 'key-too-old' then
    redis.call('SET', owner .. 'refused:' .. argv[1], code, 'PX', int(4 * PERIOD_MS))
    return { 'ok', 'refused', code }
  end
  return told(first, code)
end)

-- points_transfer_end: the transfer has been credited, or was refused and is given back.
-- ARGV: 1 id, 2 field of `transfers`, 3 give back (0|1)   Reply: {'ok'}   Errors: those of move_points; then it has not ended
command('points_transfer_end', function(keys, argv)
  local owner, transfers = keys[1], keys[2] .. 'transfers'
  local stored = redis.call('HGET', transfers, argv[2])
  if not stored then return { 'ok' } end
  if argv[3] == '1' then
    local pending = cjson.decode(stored)
    local moved, code = move_points(owner, { key = '~back:' .. argv[1], amount = tonumber(pending.amount), reason = pending.reason, print = 'back', now = now_ms(),
      with = pending.to })
    if not moved then return { code } end
  end
  redis.call('HDEL', transfers, argv[2])
  return { 'ok' }
end)

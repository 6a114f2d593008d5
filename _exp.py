import sys, json, tempfile, shutil, time, collections
from datetime import datetime, timedelta, UTC
from pathlib import Path
import duckdb
from extract.sandbox.world import World
from extract.sandbox.api import SandboxApi
from extract.sandbox.clock import to_datetime
from extract.sandbox.twists import Twists
from tests.diagnosis.compiled import compile_project
from tests.diagnosis.operation import Operation
START=datetime(2026,1,5,tzinfo=UTC)
def run(project, twists, seed, hours, leads, weeks=7, first=0, folder=None, keep=None):
    f=Path(tempfile.mkdtemp(dir='/tmp/exp'))
    world=World.generate('boutique',seed,leads,start=START,weeks=weeks,twists=twists)
    api=SandboxApi(world,START)
    op=Operation(f,api)
    end=START+timedelta(weeks=weeks,hours=3)
    moments=[]; t=START+timedelta(days=first)
    while t<end:
        if t.hour in hours:
            kind='light' if t.hour!=2 else ('full' if t.weekday()==6 or t==START+timedelta(days=first,hours=2) else 'daily')
            moments.append((t,kind))
        t+=timedelta(hours=1)
    op.pull(moments)
    db=op.build(project,[],START-timedelta(days=60))
    truth=world.truth(moments[-1][0])
    if keep: print('kept',f)
    return db,truth,f,moments[-1][0]
def check(db,truth,at):
    c=duckdb.connect(str(db),read_only=True); c.execute("set TimeZone='UTC'")
    rows=c.execute("select campaign_lead_id,is_sent,is_accepted,is_undecided,request_evidence,status,source,icp,account_id,campaign_id,is_mature,is_accepted_in_window,connection_sent_earliest,connection_sent_latest,connection_accepted_earliest,connection_accepted_latest,list_id from marts.heyreach_connections").fetchall()
    T={str(l['campaign_lead_id']):l for l in truth['leads']}
    d=lambda s: datetime.fromisoformat(s) if s else None
    ev=collections.Counter(); wrong=collections.Counter(); out=0; wrongpair=collections.Counter()
    for r in rows:
        l=T.get(r[0]);
        if not l: continue
        ts=d(l['sent_at']); ta=d(l['accepted_at'])
        ev[(r[4],r[3])]+=1
        if r[1]!=(ts is not None) and not r[3]: wrong[(r[4],r[5])]+=1
        if r[1] and ts:
            if (r[12] and r[12]>ts) or ts>r[13]: out+=1
        if r[2] and ta:
            if (r[14] and r[14]>ta) or ta>r[15]: out+=1
    print(' evidence',dict(ev)); print(' decided wrongly',dict(wrong),'out of bounds',out)
    for dim,col in (('account','account_id'),('campaign','campaign_id'),('source','source'),('icp','icp'),('list','list_id')):
        seg=c.execute(f"select segment,sent_to_date,sent_to_date_low,sent_to_date_high,accepted_to_date,accepted_to_date_low,accepted_to_date_high,mature_sent,accept_rate,accept_rate_low,accept_rate_high,rate_withheld_because from marts.rpt_segment_performance where dimension='{dim}'").fetchall()
        S=collections.Counter(); A=collections.Counter()
        for l in truth['leads']:
            k=str(l[col]) if not (l['attribution_lost'] and col in('source','icp')) else 'unknown'
            S[k]+=l['sent_at'] is not None; A[k]+=l['accepted_at'] is not None
        bad=[(x[0],x[1:4],S[x[0]],x[4:7],A[x[0]]) for x in seg if not(x[2]<=S[x[0]]<=x[3] and x[5]<=A[x[0]]<=x[6])]
        width=sum(x[3]-x[2] for x in seg); tot=sum(x[1] for x in seg)
        held=[x[0] for x in seg if x[11]]
        print(f' {dim}: bad {bad} width {width} of {tot}; rated {sum(1 for x in seg if x[8] is not None)} withheld {len(held)}')
    m=c.execute("select count(*) filter (is_mature), count(*) filter(is_mature and is_accepted_in_window) from marts.heyreach_connections").fetchone()
    cut=at-timedelta(days=16)
    first=c.execute("select min(finished_at) from staging.stg_heyreach__pulls").fetchone()[0]; ts=[(d(l['sent_at']),d(l['accepted_at'])) for l in truth['leads'] if l['sent_at'] and first<=d(l["sent_at"])<=cut]
    tr=sum(1 for s,a in ts if a and a-s<=timedelta(days=14))
    print(' mature',m,round(m[1]/max(1,m[0]),4),'truth of all',tr,len(ts),round(tr/max(1,len(ts)),4))
    print(' health',c.execute("select topic,affected from marts.rpt_health").fetchall())
    print(' first',c.execute("select tier,cause,segment_label,why from marts.rpt_bottlenecks order by rank limit 2").fetchall())
if __name__=='__main__':
    t0=time.time(); project=compile_project(Path(tempfile.mkdtemp(dir='/tmp/exp'))); print('compiled',time.time()-t0)
    for spec in json.loads(sys.argv[1]):
        t0=time.time()
        db,truth,f,at=run(project,spec.get('twists',[]),spec.get('seed',1),spec.get('hours',[2]),spec.get('leads',1000),weeks=spec.get('weeks',7),first=spec.get('first',0))
        print(spec, round(time.time()-t0,1)); check(db,truth,at)
        if not spec.get('keep'): shutil.rmtree(f)
        else: print(' kept',f)

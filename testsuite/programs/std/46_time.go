// spec: Select statements, Receive operator, Constants

package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

func main() {
	d := 90*time.Minute + 30*time.Second + 5*time.Millisecond
	fmt.Println(d, d.Hours(), d.Truncate(time.Minute), d.Round(time.Hour), time.Duration(1500), time.Duration(0))
	t := time.Date(2024, time.February, 29, 23, 59, 58, 123456789, time.UTC)
	fmt.Println(t, t.Weekday(), t.YearDay(), t.Unix(), t.Add(2*time.Second), t.AddDate(1, 0, 0))
	fmt.Println(t.Format(time.RFC3339Nano), t.Format("Mon Jan _2 15:04:05 2006"), t.Format(time.Kitchen))
	u, err := time.Parse("2006-01-02 15:04:05 -0700", "1999-12-31 23:59:59 +0130")
	fmt.Println(u.UTC(), err, t.Sub(u), u.Before(t), t.Equal(t.In(time.FixedZone("X", 3600))))
	_, err = time.Parse(time.RFC3339, "nonsense")
	fmt.Println(err)
	pd, err := time.ParseDuration("1h2m3.5s")
	fmt.Println(pd, err)
	y, w := t.ISOWeek()
	fmt.Println(y, w, t.Truncate(24*time.Hour), time.Time{}.IsZero(), time.Unix(0, 0).UTC())

	start := time.Now()
	time.Sleep(10 * time.Millisecond)
	fmt.Println(time.Since(start) >= 10*time.Millisecond, time.Since(start) < 5*time.Second)

	timer := time.NewTimer(time.Hour)
	fmt.Println(timer.Stop(), timer.Stop(), timer.Reset(time.Millisecond))
	<-timer.C
	fmt.Println(timer.Stop())
	ticker := time.NewTicker(time.Millisecond)
	for range 3 {
		<-ticker.C
	}
	ticker.Stop()
	select {
	case <-ticker.C:
		fmt.Println("tick after stop")
	case <-time.After(10 * time.Millisecond):
		fmt.Println("quiet")
	}
	var fired atomic.Int32
	done := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { fired.Add(1); close(done) })
	stopped := time.AfterFunc(time.Hour, func() { fired.Add(100) })
	<-done
	fmt.Println(fired.Load(), stopped.Stop())

	// Nobody is woken early. How late, and so in which order, is up to the machine.
	slept := make(chan int, 5)
	for _, ms := range []int{50, 10, 30, 20, 40} {
		go func() {
			start := time.Now()
			time.Sleep(time.Duration(ms) * time.Millisecond)
			if d := time.Since(start); d < time.Duration(ms)*time.Millisecond {
				fmt.Println("early", ms, d)
			}
			slept <- ms
		}()
	}
	sum := 0
	for range 5 {
		sum += <-slept
	}
	fmt.Println(sum)
	// Of two timers the earlier one's time is the earlier, however late both are seen.
	base := time.Now()
	late := time.NewTimer(time.Until(base.Add(300 * time.Millisecond)))
	soon := time.NewTimer(time.Until(base.Add(20 * time.Millisecond)))
	fmt.Println((<-late.C).After(<-soon.C))
	timeout := time.After(20 * time.Millisecond)
	n := 0
loop:
	for {
		n++
		select {
		case <-timeout:
			break loop
		default:
		}
	}
	fmt.Println(n > 0)
}

// spec: Go statements, Errors

// Child processes, whose first steps run in the parent's memory and on its stack.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
)

func deep(n int, f func()) {
	var room [200]byte
	room[n%200] = 1
	if n == 0 {
		f()
	} else {
		deep(n-1, f)
	}
	if room[n%200] != 1 {
		panic("stack")
	}
}

func main() {
	for i := range 3 {
		deep(i*40, func() {
			out, err := exec.Command("sh", "-c", "echo out; echo err >&2; exit 3").CombinedOutput()
			var exit *exec.ExitError
			fmt.Printf("%q %v %v %d\n", out, err, errors.As(err, &exit), exit.ExitCode())
		})
	}
	_, err := exec.Command("/nonexistent/program").Output()
	fmt.Println(err)
	cat := exec.Command("cat")
	in, err := cat.StdinPipe()
	fmt.Println(err)
	var out bytes.Buffer
	cat.Stdout = &out
	fmt.Println(cat.Start())
	go func() {
		io.WriteString(in, strings.Repeat("line\n", 500))
		in.Close()
	}()
	fmt.Println(cat.Wait(), out.Len())
	env := exec.Command("sh", "-c", "echo $WHAT; pwd")
	env.Env = append(os.Environ(), "WHAT=that")
	env.Dir = "/"
	text, err := env.Output()
	fmt.Printf("%q %v\n", text, err)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			text, err := exec.Command("echo", fmt.Sprint(i)).Output()
			if string(text) != fmt.Sprintln(i) || err != nil {
				fmt.Println(i, text, err)
			}
		})
	}
	wg.Wait()
	sleeper := exec.Command("sleep", "100")
	fmt.Println(sleeper.Start(), sleeper.Process.Kill(), sleeper.Wait())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	fmt.Println(exec.Command("sh", "-c", fmt.Sprint("kill -USR1 ", os.Getpid())).Run(), <-signals)
}

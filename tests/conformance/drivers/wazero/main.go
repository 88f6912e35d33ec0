// The batch in wazero: `wazero interpreter|compiler MODULE FOLDER`.
package main

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"

	"github.com/tetratelabs/wazero"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path ...string) []byte {
	content, err := os.ReadFile(filepath.Join(path...))
	check(err)
	return content
}

func main() {
	config := wazero.NewRuntimeConfigCompiler()
	if os.Args[1] == "interpreter" {
		config = wazero.NewRuntimeConfigInterpreter()
	}
	ctx := context.Background()
	module, err := wazero.NewRuntimeWithConfig(ctx, config).Instantiate(ctx, read(os.Args[2]))
	check(err)
	call := func(name string, arguments ...uint64) uint32 {
		results, err := module.ExportedFunction(name).Call(ctx, arguments...)
		check(err)
		return uint32(results[0])
	}
	folder := os.Args[3]
	for run, line := range strings.Split(strings.TrimSpace(string(read(folder, "cases.txt"))), "\n") {
		names := strings.Fields(line)
		model, input := read(folder, names[0]), read(folder, names[1])
		module.Memory().Write(call("reserve", uint64(len(model))), model)
		if call("load", uint64(len(model))) != 0 {
			check(fmt.Errorf("%s: the model is refused", line))
		}
		module.Memory().Write(call("input"), input)
		for layer := uint64(0); layer < uint64(call("layerCount")); layer++ {
			call("step", layer)
			output, _ := module.Memory().Read(call("layerOutput", layer), call("layerOutputBytes", layer))
			fmt.Printf("%d %d %08x\n", run, layer, crc32.ChecksumIEEE(output))
		}
	}
	fmt.Println("memory", module.Memory().Size())
}

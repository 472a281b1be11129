// Prints a project as today's `docker compose config --format json` does, whose parser this is: Docker's own plugin
// brings a hundred modules more and would ask for Docker.
//
//	compose [--profile NAME] FILE...
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	text, err := render(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}

func render(files []string) ([]byte, error) {
	var profiles []string
	if len(files) > 1 && files[0] == "--profile" {
		profiles, files = []string{files[1]}, files[2:]
	}
	options, err := cli.NewProjectOptions(files,
		cli.WithOsEnv, cli.WithEnvFiles(), cli.WithDotEnv, cli.WithDefaultProfiles(profiles...), cli.WithName("alertwright"))
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}

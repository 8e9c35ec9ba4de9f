package nodes

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
)

// podCIDR is the range of pod addresses of node number i: 65,534 of them.
func podCIDR(i int) string { return fmt.Sprintf("10.%d.0.0/16", 100+i) }

func quantity(text string) resource.Quantity { return resource.MustParse(text) }
